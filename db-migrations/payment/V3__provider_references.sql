ALTER TABLE payment.payment
    -- The provider's own id of what it was asked for. Written down once, before money can move under it; never changed.
    ADD COLUMN provider_reference text,
    -- What the shopper has to do while it is pending; gone when it is not.
    ADD COLUMN action             jsonb,
    -- Set while the provider may hold money that we have given up: it is told to let go until it says that it has.
    ADD COLUMN release_due        timestamptz,
    ADD COLUMN release_attempts   int NOT NULL DEFAULT 0;

CREATE UNIQUE INDEX payment_provider_reference ON payment.payment (provider, provider_reference)
 WHERE provider_reference IS NOT NULL;
CREATE INDEX payment_release_due ON payment.payment (release_due) WHERE release_due IS NOT NULL;

-- Mismatched: the provider holds, or took, another amount than it was asked for.
ALTER TABLE payment.payment
    DROP CONSTRAINT payment_state_check,
    DROP CONSTRAINT payment_check,
    DROP CONSTRAINT payment_check2,
    ADD CONSTRAINT payment_state_check
        CHECK (state IN ('pending', 'authorized', 'captured', 'declined', 'voided', 'mismatched')),
    ADD CONSTRAINT payment_captured_check
        CHECK (captured_amount >= 0 AND (captured_amount <= amount OR state = 'mismatched')),
    ADD CONSTRAINT payment_captured_state_check
        CHECK (state IN ('captured', 'mismatched') OR captured_amount = 0);

ALTER TABLE payment.refund
    ADD COLUMN provider_reference text;

-- Of a mismatched payment, as of a captured one, the history tells what was taken.
CREATE OR REPLACE FUNCTION payment.tell_payment() RETURNS trigger LANGUAGE plpgsql AS $$
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
