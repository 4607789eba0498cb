-- One row per attempt to turn a cart into an order, written before any payment provider is called.
CREATE TABLE checkout.attempt (
    id                      uuid        PRIMARY KEY,
    cart_id                 uuid        NOT NULL,
    order_id                uuid        NOT NULL UNIQUE,
    payment_id              uuid        NOT NULL UNIQUE,
    reservation_id          uuid,
    state                   text        NOT NULL DEFAULT 'reserved'
                            CHECK (state IN ('reserved', 'pending', 'placed', 'failed', 'cancelled')),
    snapshot                jsonb       NOT NULL,
    -- What a pending attempt waits for, by the provider's last answer, and since when.
    waiting                 text,
    waiting_since           timestamptz,
    idempotency_principal   text        NOT NULL,
    idempotency_route       text        NOT NULL,
    idempotency_key         text        NOT NULL,
    idempotency_fingerprint text        NOT NULL,
    attempts                int         NOT NULL DEFAULT 0,
    next_attempt_at         timestamptz NOT NULL DEFAULT now(),
    leased_until            timestamptz NOT NULL DEFAULT '-infinity',
    lease                   uuid,
    created_at              timestamptz NOT NULL DEFAULT now(),
    updated_at              timestamptz NOT NULL DEFAULT now()
);

-- A cart has at most one attempt that has not failed.
CREATE UNIQUE INDEX attempt_live ON checkout.attempt (cart_id) WHERE state <> 'failed';
CREATE INDEX attempt_due ON checkout.attempt (next_attempt_at) WHERE state IN ('reserved', 'pending');
