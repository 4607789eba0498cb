CREATE TABLE access.api_key (
    id           uuid PRIMARY KEY,
    name         text        NOT NULL,
    hash         bytea       NOT NULL UNIQUE CHECK (length(hash) = 32),
    hint         text        NOT NULL,
    scopes       text[]      NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    version      bigint      NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- 'bootstrap', or the public id of the key that created this one.
    created_by   text,
    last_used_at timestamptz
);
