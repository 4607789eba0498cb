-- One row per attempt to turn a cart into an order, written before any payment provider is called. It is also the
-- record of the Idempotency-Key of the request that began it.
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
    -- Null once the key is released: another attempt may have it then.
    idempotency_key         text,
    idempotency_fingerprint text        NOT NULL,
    -- The response to the request, without its secrets; written together with the first change of the state.
    response_status         int,
    response_body           text,
    attempts                int         NOT NULL DEFAULT 0,
    next_attempt_at         timestamptz NOT NULL DEFAULT now(),
    leased_until            timestamptz NOT NULL DEFAULT '-infinity',
    lease                   uuid,
    created_at              timestamptz NOT NULL DEFAULT now(),
    updated_at              timestamptz NOT NULL DEFAULT now(),
    CHECK ((response_status IS NULL) = (response_body IS NULL)),
    CHECK (idempotency_key IS NULL OR (state = 'reserved') = (response_status IS NULL))
);

-- A cart has at most one attempt that has not failed, and one attempt for each key.
CREATE UNIQUE INDEX attempt_live ON checkout.attempt (cart_id) WHERE state <> 'failed';
CREATE UNIQUE INDEX attempt_key ON checkout.attempt (cart_id, idempotency_key);
CREATE INDEX attempt_due ON checkout.attempt (next_attempt_at) WHERE state IN ('reserved', 'pending');
