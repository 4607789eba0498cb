CREATE TABLE customer.customer (
    id            uuid        PRIMARY KEY,
    email         text        NOT NULL UNIQUE CHECK (email = lower(email) AND length(email) <= 254),
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_order_at timestamptz NOT NULL DEFAULT now()
);
