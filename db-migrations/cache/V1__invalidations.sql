-- Invalidations of cached responses, written in the transaction that makes the responses stale. Every pod reads the end of
-- this log several times a second, so that a message lost between pods leaves no stale entry; rows expire after some minutes.
CREATE TABLE cache.invalidation (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Orders the log: ids become visible out of order; transactions older than the oldest running one are final.
    xid          xid8        NOT NULL DEFAULT pg_current_xact_id(),
    -- Hashes of tags (platform.cache.CacheTag).
    tags         bigint[]    NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX invalidation_xid ON cache.invalidation (xid);
CREATE INDEX invalidation_published_at ON cache.invalidation (published_at);

-- For triggers of tables that are changed by SQL: publishes the tag that the trigger names (platform.cache.CacheTag#hash).
CREATE FUNCTION cache.publish_invalidation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cache.invalidation (tags)
    VALUES (ARRAY[('x' || left(encode(sha256(convert_to(TG_ARGV[0], 'UTF8')), 'hex'), 16))::bit(64)::bigint]);
    RETURN NULL;
END $$;
