-- The pod that runs a cluster-wide job, until when by this server's clock, and when it last started. The fence is
-- incremented with each lease.
CREATE TABLE jobs.lease (
    name         text        PRIMARY KEY,
    owner        uuid        NOT NULL,
    fence        bigint      NOT NULL DEFAULT 1,
    leased_until timestamptz NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    error        text
);
