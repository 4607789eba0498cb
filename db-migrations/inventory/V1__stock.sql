CREATE TABLE inventory.stock_level (
    sku        text   NOT NULL,
    location   text   NOT NULL,
    on_hand    bigint NOT NULL,
    reserved   bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    -- The last line of "never oversells": whatever the code above does, less than nothing is refused.
    available  bigint GENERATED ALWAYS AS (on_hand - reserved) STORED CHECK (available >= 0),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sku, location)
) WITH (fillfactor = 70);

CREATE TABLE inventory.reservation (
    id         uuid PRIMARY KEY,
    status     text        NOT NULL DEFAULT 'reserved' CHECK (status IN ('reserved', 'claimed', 'released')),
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX reservation_expiring ON inventory.reservation (expires_at) WHERE status = 'reserved';

CREATE TABLE inventory.reservation_line (
    reservation_id uuid   NOT NULL REFERENCES inventory.reservation (id) ON DELETE CASCADE,
    sku            text   NOT NULL,
    location       text   NOT NULL,
    quantity       bigint NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (reservation_id, sku, location)
);

-- Append-only. For each key the quantities add up to on_hand.
CREATE TABLE inventory.movement (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku        text        NOT NULL,
    location   text        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('counted', 'adjusted', 'sold', 'restocked')),
    quantity   bigint      NOT NULL,
    reference  text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX movement_key ON inventory.movement (sku, location, id);
CREATE INDEX movement_reference ON inventory.movement (reference) WHERE kind = 'sold';
