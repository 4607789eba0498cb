-- Secrets of endpoints are derived from this key, unless another one is configured, and never stored. 244 random bits.
CREATE TABLE webhook.master_key (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    secret   bytea   NOT NULL CHECK (length(secret) >= 32)
);

INSERT INTO webhook.master_key (secret)
VALUES (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

CREATE TABLE webhook.endpoint (
    id                   uuid         PRIMARY KEY,
    url                  text         NOT NULL,
    description          text         NOT NULL DEFAULT '',
    event_types          text[]       NOT NULL CHECK (cardinality(event_types) > 0),
    status               text         NOT NULL CHECK (status IN ('enabled', 'disabled')),
    disabled_reason      text         NOT NULL DEFAULT '',
    -- The generation of the current signing secret; the previous one signs as well until the given time.
    secret_generation    int          NOT NULL DEFAULT 1,
    previous_until       timestamptz  NOT NULL DEFAULT to_timestamp(0),
    consecutive_failures int          NOT NULL DEFAULT 0,
    failing_since        timestamptz,
    version              bigint       NOT NULL DEFAULT 0,
    created_at           timestamptz  NOT NULL DEFAULT now(),
    deleted_at           timestamptz
);

-- Events that at least one endpoint subscribes to, for delivery and redelivery.
CREATE TABLE webhook.message (
    event        uuid        PRIMARY KEY,
    type         text        NOT NULL,
    subject      text        NOT NULL,
    sequence     bigint      NOT NULL,
    version      bigint      NOT NULL,
    published_at timestamptz NOT NULL,
    data         text        NOT NULL,
    -- W3C traceparent of the publisher; null if the event is not traced.
    traceparent  text
);

CREATE INDEX message_published ON webhook.message (published_at, event);

CREATE TABLE webhook.delivery (
    id              uuid         PRIMARY KEY,
    endpoint        uuid         NOT NULL REFERENCES webhook.endpoint (id) ON DELETE CASCADE,
    event           uuid         NOT NULL REFERENCES webhook.message (event) ON DELETE CASCADE,
    subject         text         NOT NULL,
    sequence        bigint       NOT NULL,
    status          text         NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts        int          NOT NULL DEFAULT 0,
    next_attempt_at timestamptz  NOT NULL DEFAULT now(),
    leased_until    timestamptz  NOT NULL DEFAULT '-infinity',
    lease           uuid,
    created_at      timestamptz  NOT NULL DEFAULT now(),
    delivered_at    timestamptz,
    UNIQUE (endpoint, event)
) WITH (fillfactor = 80);

CREATE INDEX delivery_due ON webhook.delivery (endpoint, next_attempt_at) WHERE status = 'pending';
CREATE INDEX delivery_order ON webhook.delivery (endpoint, subject, sequence) WHERE status = 'pending' AND attempts = 0;
CREATE INDEX delivery_log ON webhook.delivery (endpoint, id);
CREATE INDEX delivery_event ON webhook.delivery (event);

CREATE TABLE webhook.attempt (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery    uuid        NOT NULL REFERENCES webhook.delivery (id) ON DELETE CASCADE,
    at          timestamptz NOT NULL,
    duration_ms int         NOT NULL,
    status      int,
    error       text        NOT NULL,
    response    text        NOT NULL
);

CREATE INDEX attempt_delivery ON webhook.attempt (delivery, id);
