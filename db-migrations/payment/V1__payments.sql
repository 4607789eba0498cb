CREATE TABLE payment.payment (
    id              uuid        PRIMARY KEY,
    order_id        uuid        NOT NULL,
    provider        text        NOT NULL,
    reference       text        NOT NULL,
    currency        text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount          bigint      NOT NULL CHECK (amount >= 0),
    captured_amount bigint      NOT NULL DEFAULT 0,
    -- Counts refunds from the moment they are written down, so that two of them cannot spend the same money.
    refunded_amount bigint      NOT NULL DEFAULT 0,
    state           text        NOT NULL DEFAULT 'pending'
                    CHECK (state IN ('pending', 'authorized', 'captured', 'declined', 'voided')),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE (provider, reference),
    CHECK (captured_amount BETWEEN 0 AND amount),
    CHECK (refunded_amount BETWEEN 0 AND captured_amount),
    CHECK (state = 'captured' OR captured_amount = 0)
);

CREATE INDEX payment_order ON payment.payment (order_id);

CREATE TABLE payment.refund (
    id           uuid        PRIMARY KEY,
    payment_id   uuid        NOT NULL REFERENCES payment.payment (id),
    order_id     uuid        NOT NULL,
    currency     text        NOT NULL,
    amount       bigint      NOT NULL CHECK (amount > 0),
    state        text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'succeeded', 'failed')),
    attempts     int         NOT NULL DEFAULT 0,
    locked_until timestamptz NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX refund_order ON payment.refund (order_id);
CREATE INDEX refund_pending ON payment.refund (locked_until) WHERE state = 'pending';

-- The world outside, as the test provider plays it: what it took under which of our references.
CREATE TABLE payment.test_charge (
    reference  text        PRIMARY KEY,
    currency   text        NOT NULL,
    amount     bigint      NOT NULL,
    state      text        NOT NULL CHECK (state IN ('failed_once', 'pending', 'captured', 'declined', 'voided')),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE payment.test_refund (
    reference        text        PRIMARY KEY,
    charge_reference text        NOT NULL REFERENCES payment.test_charge (reference),
    amount           bigint      NOT NULL CHECK (amount > 0),
    created_at       timestamptz NOT NULL DEFAULT now()
);
