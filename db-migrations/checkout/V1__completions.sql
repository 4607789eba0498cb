-- One row per attempt to turn a cart into an order; written down before any provider is called.
CREATE TABLE checkout.completion (
    id                      uuid        PRIMARY KEY,
    cart_id                 uuid        NOT NULL,
    order_id                uuid        NOT NULL UNIQUE,
    payment_id              uuid        NOT NULL UNIQUE,
    reservation_id          uuid,
    state                   text        NOT NULL DEFAULT 'reserved'
                            CHECK (state IN ('reserved', 'pending', 'placed', 'failed', 'cancelled')),
    snapshot                jsonb       NOT NULL,
    idempotency_principal   text        NOT NULL,
    idempotency_route       text        NOT NULL,
    idempotency_key         text        NOT NULL,
    idempotency_fingerprint text        NOT NULL,
    attempts                int         NOT NULL DEFAULT 0,
    locked_until            timestamptz NOT NULL,
    created_at              timestamptz NOT NULL DEFAULT now(),
    updated_at              timestamptz NOT NULL DEFAULT now()
);

-- A cart is turned into one order at most.
CREATE UNIQUE INDEX completion_live ON checkout.completion (cart_id) WHERE state <> 'failed';
CREATE INDEX completion_due ON checkout.completion (locked_until) WHERE state IN ('reserved', 'pending');
