CREATE TABLE payment.payment (
    id                 uuid        PRIMARY KEY,
    order_id           uuid        NOT NULL,
    provider           text        NOT NULL,
    reference          text        NOT NULL,
    -- The provider's own id of the payment. Recorded once, before money can move under it; never changed.
    provider_reference text,
    currency           text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount             bigint      NOT NULL CHECK (amount >= 0),
    captured_amount    bigint      NOT NULL DEFAULT 0,
    -- Includes refunds that are only requested, so that two refunds cannot spend the same money.
    refunded_amount    bigint      NOT NULL DEFAULT 0,
    -- Mismatched: the provider authorized or captured another amount than was asked for.
    state              text        NOT NULL DEFAULT 'pending' CONSTRAINT payment_state_check
                       CHECK (state IN ('pending', 'authorized', 'captured', 'declined', 'voided', 'mismatched')),
    -- What the shopper has to do while the payment is pending.
    action             jsonb,
    -- The actor and the request of a change. The trigger moves them into the history and stores null.
    changed_by         text,
    changed_in         text,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    UNIQUE (provider, reference),
    CONSTRAINT payment_captured_check
        CHECK (captured_amount >= 0 AND (captured_amount <= amount OR state = 'mismatched')),
    CONSTRAINT payment_captured_state_check CHECK (state IN ('captured', 'mismatched') OR captured_amount = 0),
    CHECK (refunded_amount BETWEEN 0 AND captured_amount)
);

CREATE INDEX payment_order ON payment.payment (order_id);
CREATE UNIQUE INDEX payment_provider_reference ON payment.payment (provider, provider_reference)
 WHERE provider_reference IS NOT NULL;

-- Payments for which the provider may hold an authorization that was given up. Voiding is retried until the provider
-- confirms; then the row is deleted.
CREATE TABLE payment.void (
    payment_id      uuid        PRIMARY KEY REFERENCES payment.payment (id),
    attempts        int         NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    leased_until    timestamptz NOT NULL DEFAULT '-infinity',
    lease           uuid
);

CREATE TABLE payment.refund (
    id                 uuid        PRIMARY KEY,
    payment_id         uuid        NOT NULL REFERENCES payment.payment (id),
    order_id           uuid        NOT NULL,
    provider_reference text,
    currency           text        NOT NULL,
    amount             bigint      NOT NULL CHECK (amount > 0),
    state              text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'succeeded', 'failed')),
    attempts           int         NOT NULL DEFAULT 0,
    next_attempt_at    timestamptz NOT NULL DEFAULT now(),
    leased_until       timestamptz NOT NULL DEFAULT '-infinity',
    lease              uuid,
    changed_by         text,
    changed_in         text,
    created_at         timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX refund_order ON payment.refund (order_id);
CREATE INDEX refund_pending ON payment.refund (next_attempt_at) WHERE state = 'pending';
-- A refund made at the provider is recorded once, however often its webhook is delivered.
CREATE UNIQUE INDEX refund_provider_reference ON payment.refund (payment_id, provider_reference)
 WHERE provider_reference IS NOT NULL;

-- Every change of a payment or a refund, written by triggers in the statement that makes the change.
CREATE TABLE payment.history (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payment_id uuid        NOT NULL,
    order_id   uuid        NOT NULL,
    refund_id  uuid,
    event      text        NOT NULL,
    amount     bigint      NOT NULL,
    currency   text        NOT NULL,
    actor      text        NOT NULL,
    request_id text        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX history_order ON payment.history (order_id, at, id);

-- For captured and mismatched payments the history records the captured amount.
CREATE FUNCTION payment.record_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.state <> OLD.state THEN
        INSERT INTO payment.history (payment_id, order_id, event, amount, currency, actor, request_id)
        VALUES (NEW.id, NEW.order_id, CASE TG_OP WHEN 'INSERT' THEN 'attempted' ELSE NEW.state END,
                CASE WHEN NEW.state IN ('captured', 'mismatched') THEN NEW.captured_amount ELSE NEW.amount END, NEW.currency,
                coalesce(NEW.changed_by, 'unknown'), coalesce(NEW.changed_in, 'none'));
    ELSIF NEW.captured_amount <> OLD.captured_amount THEN
        INSERT INTO payment.history (payment_id, order_id, event, amount, currency, actor, request_id)
        VALUES (NEW.id, NEW.order_id, 'captured', NEW.captured_amount, NEW.currency,
                coalesce(NEW.changed_by, 'unknown'), coalesce(NEW.changed_in, 'none'));
    END IF;
    NEW.changed_by := NULL;
    NEW.changed_in := NULL;
    RETURN NEW;
END $$;

CREATE TRIGGER payment_history BEFORE INSERT OR UPDATE ON payment.payment
    FOR EACH ROW EXECUTE FUNCTION payment.record_payment();

CREATE FUNCTION payment.record_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.state <> OLD.state THEN
        INSERT INTO payment.history (payment_id, order_id, refund_id, event, amount, currency, actor, request_id)
        VALUES (NEW.payment_id, NEW.order_id, NEW.id,
                CASE TG_OP WHEN 'INSERT' THEN 'refund_requested' ELSE 'refund_' || NEW.state END, NEW.amount, NEW.currency,
                coalesce(NEW.changed_by, 'unknown'), coalesce(NEW.changed_in, 'none'));
    END IF;
    NEW.changed_by := NULL;
    NEW.changed_in := NULL;
    RETURN NEW;
END $$;

CREATE TRIGGER refund_history BEFORE INSERT OR UPDATE ON payment.refund
    FOR EACH ROW EXECUTE FUNCTION payment.record_refund();

CREATE FUNCTION payment.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The history of payments is append-only';
END $$;

CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment.history
    FOR EACH STATEMENT EXECUTE FUNCTION payment.refuse_change();

-- The books of the test provider, which simulates a payment provider: its charges by our reference.
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
