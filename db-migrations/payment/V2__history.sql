-- Every change of a payment or a refund, written by the database itself in the statement that makes it.
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

-- Who changes a row says so in these; they are taken over into the history, and never kept.
ALTER TABLE payment.payment ADD COLUMN changed_by text, ADD COLUMN changed_in text;
ALTER TABLE payment.refund ADD COLUMN changed_by text, ADD COLUMN changed_in text;

CREATE FUNCTION payment.tell_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.state <> OLD.state THEN
        INSERT INTO payment.history (payment_id, order_id, event, amount, currency, actor, request_id)
        VALUES (NEW.id, NEW.order_id, CASE TG_OP WHEN 'INSERT' THEN 'attempted' ELSE NEW.state END,
                CASE NEW.state WHEN 'captured' THEN NEW.captured_amount ELSE NEW.amount END, NEW.currency,
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

CREATE TRIGGER payment_told BEFORE INSERT OR UPDATE ON payment.payment
    FOR EACH ROW EXECUTE FUNCTION payment.tell_payment();

CREATE FUNCTION payment.tell_refund() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER refund_told BEFORE INSERT OR UPDATE ON payment.refund
    FOR EACH ROW EXECUTE FUNCTION payment.tell_refund();

CREATE FUNCTION payment.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The history of payments is only ever added to';
END $$;

CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment.history
    FOR EACH STATEMENT EXECUTE FUNCTION payment.refuse_change();
