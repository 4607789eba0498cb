-- Who runs a job of the cluster, until when by the clock of this server, and when it last began. The fence counts leases.
CREATE TABLE jobs.lease (
    name         text        PRIMARY KEY,
    owner        uuid        NOT NULL,
    fence        bigint      NOT NULL DEFAULT 1,
    leased_until timestamptz NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    error        text
);
