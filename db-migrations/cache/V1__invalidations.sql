-- What cached answers are no longer true, told in the transaction that makes it so. Every pod reads the tail of it some
-- times a second, so that no message lost between pods leaves anything old in a cache; rows are deleted after some minutes.
CREATE TABLE cache.invalidation (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Orders the tail: ids become visible out of order, transactions below the oldest running one never change again.
    xid     xid8        NOT NULL DEFAULT pg_current_xact_id(),
    -- Hashes of tags (platform.cache.Tag).
    tags    bigint[]    NOT NULL,
    told_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX invalidation_xid ON cache.invalidation (xid);
CREATE INDEX invalidation_told_at ON cache.invalidation (told_at);
