-- One row per e-mail notification, with the whole event that caused it, so that the event can be returned to the queue.
-- Recipient and content are not stored: both are read from the order when the e-mail is sent.
CREATE TABLE mail.notification (
    id              uuid         PRIMARY KEY,
    kind            text         NOT NULL CHECK (kind IN ('confirmation', 'shipment', 'refund')),
    order_id        text         NOT NULL,
    event           uuid         NOT NULL,
    event_type      text         NOT NULL,
    sequence        bigint       NOT NULL,
    version         bigint       NOT NULL,
    published_at    timestamptz  NOT NULL,
    payload         jsonb        NOT NULL,
    status          text         NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'failed')),
    attempts        int          NOT NULL DEFAULT 0,
    next_attempt_at timestamptz  NOT NULL DEFAULT now(),
    leased_until    timestamptz  NOT NULL DEFAULT '-infinity',
    lease           uuid,
    error           text,
    created_at      timestamptz  NOT NULL DEFAULT now(),
    sent_at         timestamptz,
    UNIQUE (event, kind),
    CHECK ((status = 'sent') = (sent_at IS NOT NULL))
) WITH (fillfactor = 80);

-- An order is confirmed once, whichever event causes it.
CREATE UNIQUE INDEX notification_confirmation ON mail.notification (order_id) WHERE kind = 'confirmation';

CREATE INDEX notification_due ON mail.notification (next_attempt_at) WHERE status = 'pending';
CREATE INDEX notification_ended ON mail.notification (created_at) WHERE status <> 'pending';
