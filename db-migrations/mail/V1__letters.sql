-- One row per letter, with the event that it is about, whole, so that it can be given back. Neither who gets it nor what it
-- says is kept here: both are read from the order when it is sent.
CREATE TABLE mail.letter (
    id              uuid        PRIMARY KEY,
    kind            text        NOT NULL CHECK (kind IN ('confirmation', 'shipment', 'refund')),
    order_id        text        NOT NULL,
    event           uuid        NOT NULL,
    event_type      text        NOT NULL,
    sequence        bigint      NOT NULL,
    version         bigint      NOT NULL,
    told_at         timestamptz NOT NULL,
    news            jsonb       NOT NULL,
    status          text        NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'failed')),
    attempts        int         NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    leased_until    timestamptz NOT NULL DEFAULT '-infinity',
    error           text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    sent_at         timestamptz,
    UNIQUE (event, kind),
    CHECK ((status = 'sent') = (sent_at IS NOT NULL))
) WITH (fillfactor = 80);

-- An order is confirmed once, whichever event did it.
CREATE UNIQUE INDEX letter_confirmation ON mail.letter (order_id) WHERE kind = 'confirmation';

CREATE INDEX letter_due ON mail.letter (next_attempt_at) WHERE status = 'pending';
CREATE INDEX letter_ended ON mail.letter (created_at) WHERE status <> 'pending';
