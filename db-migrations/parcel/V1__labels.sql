-- A label of a carrier for one parcel of an order. The row is written before the provider is asked, and has what the
-- provider is asked until the outcome is known: a repeated request is equal.
CREATE TABLE parcel.label (
    id                 uuid        PRIMARY KEY,
    order_id           uuid        NOT NULL,
    provider           text        NOT NULL,
    state              text        NOT NULL DEFAULT 'requested'
                       CHECK (state IN ('requested', 'purchased', 'failed', 'cancelling', 'cancelled')),
    weight_grams       bigint      NOT NULL CHECK (weight_grams > 0),
    length_mm          int         CHECK (length_mm > 0),
    width_mm           int         CHECK (width_mm > 0),
    height_mm          int         CHECK (height_mm > 0),
    -- The units in the parcel: [{"line_id": …, "quantity": …}].
    lines              jsonb       NOT NULL,
    -- It has the addresses, so it is removed when the outcome is known.
    request            jsonb,
    carrier            text,
    tracking_number    text,
    tracking_url       text,
    -- The content type of the stored document; null if the provider keeps it under document_url.
    document_type      text        CHECK (document_type IN ('application/pdf', 'image/png')),
    document_url       text,
    -- The provider's own id of the label.
    provider_reference text,
    cost               bigint      CHECK (cost >= 0),
    currency           text        CHECK (currency ~ '^[A-Z]{3}$'),
    -- The fulfillment that sent the parcel; at most one.
    fulfillment_id     uuid,
    version            bigint      NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    attempts           int         NOT NULL DEFAULT 0,
    next_attempt_at    timestamptz NOT NULL DEFAULT now(),
    leased_until       timestamptz NOT NULL DEFAULT '-infinity',
    lease              uuid,
    -- Why the provider refused, or what prevented its last answer.
    error              text,
    CHECK (state <> 'requested' OR request IS NOT NULL),
    CHECK (state NOT IN ('purchased', 'failed', 'cancelled') OR request IS NULL),
    CHECK (state <> 'purchased' OR (carrier IS NOT NULL AND tracking_number IS NOT NULL AND cost IS NOT NULL)),
    CHECK ((cost IS NULL) = (currency IS NULL)),
    CHECK (fulfillment_id IS NULL OR state = 'purchased')
);

CREATE INDEX label_order ON parcel.label (order_id, id);
CREATE INDEX label_due ON parcel.label (next_attempt_at) WHERE state IN ('requested', 'cancelling');

CREATE TABLE parcel.document (
    label_id uuid  PRIMARY KEY REFERENCES parcel.label (id),
    content  bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 1048576)
);
