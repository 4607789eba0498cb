CREATE TABLE idempotency.request (
    principal   text        NOT NULL,
    route       text        NOT NULL,
    key         text        NOT NULL,
    fingerprint text        NOT NULL,
    status      int,
    body        text,
    -- Response headers; null if the response had none.
    etag        text,
    location    text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (principal, route, key),
    CHECK ((status IS NULL) = (body IS NULL))
);

CREATE INDEX request_created_at ON idempotency.request (created_at);
