-- A series of numbers without gaps. Writing an invoice takes the next number and locks the row until the transaction
-- ends: a rollback gives the number back, because no other transaction can have taken a later one meanwhile.
CREATE TABLE invoice.series (
    code        text        PRIMARY KEY CHECK (code ~ '^[a-z0-9-]{1,40}$'),
    -- It ends with a character that is no digit, so that a prefix and a number are one text in one way only.
    prefix      text        NOT NULL CHECK (prefix ~ '^([A-Za-z0-9./_-]{0,19}[A-Za-z./_-])?$'),
    -- The number is filled up with zeros to this many digits.
    digits      int         NOT NULL CHECK (digits BETWEEN 1 AND 12),
    next_number bigint      NOT NULL DEFAULT 1 CHECK (next_number >= 1),
    -- Of the settings of the series; taking a number does not increment it.
    version     bigint      NOT NULL DEFAULT 1,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT series_prefix UNIQUE (prefix)
);

INSERT INTO invoice.series (code, prefix, digits) VALUES
    ('invoice',     'INV-', 6),
    ('credit-note', 'CN-',  6);

CREATE TABLE invoice.invoice (
    id          uuid        PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
    series      text        NOT NULL REFERENCES invoice.series (code),
    number      bigint      NOT NULL,
    -- The prefix and the number as they are printed; the order of bytes lets a prefix be found by the index.
    full_number text COLLATE "C" NOT NULL UNIQUE,
    order_id    uuid        NOT NULL,
    -- The refund that a credit note is about.
    refund_id   uuid,
    -- The clock while the row of the series is locked: later numbers have later times.
    issued_at   timestamptz NOT NULL,
    currency    text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    total       bigint      NOT NULL CHECK (total >= 0),
    tax         bigint      NOT NULL CHECK (tax >= 0),
    -- What the document states: seller, customer, lines, taxes, totals.
    data        jsonb       NOT NULL,
    UNIQUE (series, number),
    CHECK ((kind = 'credit_note') = (refund_id IS NOT NULL))
);

-- An order has one invoice, a refund one credit note.
CREATE UNIQUE INDEX invoice_order ON invoice.invoice (order_id) WHERE kind = 'invoice';
CREATE UNIQUE INDEX invoice_refund ON invoice.invoice (refund_id) WHERE kind = 'credit_note';
CREATE INDEX invoice_documents ON invoice.invoice (order_id, issued_at, id);
CREATE INDEX invoice_issued ON invoice.invoice (issued_at, id);
CREATE INDEX invoice_series_issued ON invoice.invoice (series, issued_at, id);

CREATE FUNCTION invoice.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Invoices are append-only';
END $$;

CREATE TRIGGER invoice_append_only BEFORE UPDATE OR DELETE ON invoice.invoice
    FOR EACH ROW EXECUTE FUNCTION invoice.refuse_change();

CREATE TRIGGER invoice_not_truncated BEFORE TRUNCATE ON invoice.invoice
    FOR EACH STATEMENT EXECUTE FUNCTION invoice.refuse_change();

-- One row: who issues the invoices. Each invoice has a copy.
CREATE TABLE invoice.seller (
    id            smallint    PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    name          text,
    address_lines text[]      NOT NULL DEFAULT '{}',
    postal_code   text,
    city          text,
    region        text,
    country       text        CHECK (country ~ '^[A-Z]{2}$'),
    tax_id        text,
    registration  text,
    version       bigint      NOT NULL DEFAULT 1,
    updated_at    timestamptz NOT NULL DEFAULT now()
);

INSERT INTO invoice.seller DEFAULT VALUES;
