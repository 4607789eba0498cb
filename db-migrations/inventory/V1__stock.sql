CREATE TABLE inventory.location (
    code         text        PRIMARY KEY CHECK (code <> ''),
    name         text        NOT NULL,
    country      text        CHECK (country ~ '^[A-Z]{2}$'),
    -- Sourcing asks the location with the lowest number first.
    priority     int         NOT NULL DEFAULT 100 CHECK (priority BETWEEN 0 AND 10000),
    active       boolean     NOT NULL DEFAULT true,
    ships_online boolean     NOT NULL DEFAULT true,
    version      bigint      NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);

INSERT INTO inventory.location (code, name) VALUES ('default', 'default');

-- on_hand: units on the shelf. reserved: units on the shelf that open checkouts have set aside. backordered: units
-- promised to checkouts or orders that are not on the shelf. available is negative while units are backordered.
CREATE TABLE inventory.stock_level (
    sku             text        NOT NULL,
    location        text        NOT NULL,
    on_hand         bigint      NOT NULL,
    reserved        bigint      NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    backordered     bigint      NOT NULL DEFAULT 0 CHECK (backordered >= 0),
    backorder_limit bigint      NOT NULL DEFAULT 0 CHECK (backorder_limit >= 0),
    available       bigint      GENERATED ALWAYS AS (on_hand - reserved - backordered) STORED,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sku, location),
    CONSTRAINT stock_level_reserved_is_there CHECK (reserved <= on_hand),
    CONSTRAINT stock_level_location_known FOREIGN KEY (location) REFERENCES inventory.location (code)
) WITH (fillfactor = 70);

CREATE FUNCTION inventory.create_location() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM inventory.location WHERE code = NEW.location) THEN
        INSERT INTO inventory.location (code, name) VALUES (NEW.location, NEW.location) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stock_level_location BEFORE INSERT ON inventory.stock_level
    FOR EACH ROW EXECUTE FUNCTION inventory.create_location();

-- The last line of "never oversells": whatever the application does, no unit is promised beyond the limit. A CHECK could not
-- distinguish a new promise from a limit that was lowered, or units that were lost, while old promises are open.
CREATE FUNCTION inventory.refuse_oversale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Of % at % more would be promised than the backorder limit of % allows',
        NEW.sku, NEW.location, NEW.backorder_limit
        USING ERRCODE = 'check_violation', SCHEMA = 'inventory', TABLE = 'stock_level',
              CONSTRAINT = 'stock_level_backorder_limit';
END $$;

CREATE TRIGGER stock_level_backorder_limit BEFORE UPDATE OF backordered ON inventory.stock_level FOR EACH ROW
    WHEN (NEW.backordered > OLD.backordered AND NEW.on_hand - NEW.reserved - NEW.backordered < -NEW.backorder_limit)
    EXECUTE FUNCTION inventory.refuse_oversale();

CREATE FUNCTION inventory.refuse_loss() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of %.% are never deleted', TG_TABLE_SCHEMA, TG_TABLE_NAME;
END $$;

CREATE TRIGGER stock_level_stays BEFORE DELETE OR TRUNCATE ON inventory.stock_level
    FOR EACH STATEMENT EXECUTE FUNCTION inventory.refuse_loss();

-- The stock status that shoppers see.
CREATE FUNCTION inventory.stock_status(available bigint, backorder_limit bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN available > 0 THEN 'in_stock' WHEN available > -backorder_limit THEN 'backorder' ELSE 'out_of_stock' END;

-- Whether a SKU is sold beyond its stock, and up to which limit. Its backorders wait at one location, so that one row decides.
CREATE TABLE inventory.selling_policy (
    sku             text        PRIMARY KEY,
    policy          text        NOT NULL CHECK (policy IN ('deny', 'backorder', 'preorder')),
    backorder_limit bigint      NOT NULL CHECK (backorder_limit >= 0),
    expected_on     date,
    location        text        NOT NULL REFERENCES inventory.location (code),
    version         bigint      NOT NULL DEFAULT 1,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CHECK ((policy = 'deny') = (backorder_limit = 0)),
    CHECK (policy <> 'deny' OR expected_on IS NULL)
);

CREATE TABLE inventory.reservation (
    id             uuid PRIMARY KEY,
    status         text        NOT NULL DEFAULT 'reserved' CHECK (status IN ('reserved', 'claimed', 'released')),
    -- Reserved in one transaction together with other reservations of a hot SKU.
    batched        boolean     NOT NULL DEFAULT false,
    -- Sold, but the level still counts the units as reserved; the ledger entry is written later.
    ledger_pending boolean     NOT NULL DEFAULT false,
    -- The reference, the actor and the request of that ledger entry.
    reference      text,
    claimed_by     text,
    claimed_in     text,
    expires_at     timestamptz NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT reservation_ledger_pending
        CHECK (NOT ledger_pending OR (status = 'claimed' AND reference IS NOT NULL))
);

CREATE INDEX reservation_expiring ON inventory.reservation (expires_at) WHERE status = 'reserved';
CREATE INDEX reservation_ledger_pending ON inventory.reservation (reference) WHERE ledger_pending;

CREATE TABLE inventory.reservation_line (
    reservation_id uuid   NOT NULL REFERENCES inventory.reservation (id) ON DELETE CASCADE,
    sku            text   NOT NULL,
    location       text   NOT NULL,
    quantity       bigint NOT NULL CHECK (quantity > 0),
    backordered    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (reservation_id, sku, location),
    CONSTRAINT reservation_line_backordered CHECK (backordered BETWEEN 0 AND quantity)
);

-- Backordered units of orders. The oldest are filled first.
CREATE TABLE inventory.backorder (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference  text        NOT NULL,
    sku        text        NOT NULL,
    location   text        NOT NULL,
    quantity   bigint      NOT NULL CHECK (quantity > 0),
    waiting    bigint      NOT NULL CHECK (waiting BETWEEN 0 AND quantity),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (reference, sku, location)
);

CREATE INDEX backorder_waiting ON inventory.backorder (sku, id) WHERE waiting > 0;

-- The stock ledger: every change of a level, with its actor and its request. Append-only. quantity is the change of on_hand;
-- for each SKU and location the quantities add up to it.
CREATE TABLE inventory.movement (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku         text        NOT NULL,
    location    text        NOT NULL,
    kind        text        NOT NULL CHECK (kind IN
                ('counted', 'adjusted', 'reserved', 'released', 'expired', 'sold', 'filled', 'cancelled', 'restocked')),
    quantity    bigint      NOT NULL,
    reserved    bigint      NOT NULL DEFAULT 0,
    backordered bigint      NOT NULL DEFAULT 0,
    reference   text        NOT NULL,
    actor       text        NOT NULL DEFAULT 'unknown',
    request_id  text        NOT NULL DEFAULT 'none',
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX movement_key ON inventory.movement (sku, location, id);
CREATE INDEX movement_reference ON inventory.movement (reference) WHERE kind = 'sold';
-- A restock returns units to where they came from, less what was filled later and what was restocked before.
CREATE INDEX movement_returns ON inventory.movement (reference) WHERE kind IN ('filled', 'restocked');

CREATE FUNCTION inventory.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The history of stock is append-only';
END $$;

CREATE TRIGGER movement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON inventory.movement
    FOR EACH STATEMENT EXECUTE FUNCTION inventory.refuse_change();

-- Differences that the reconciliation found. They are not repaired automatically; once the figures agree they are resolved.
CREATE TABLE inventory.discrepancy (
    sku         text        NOT NULL,
    location    text        NOT NULL,
    figure      text        NOT NULL CHECK (figure IN ('on_hand', 'reserved', 'backordered')),
    recorded    bigint      NOT NULL,
    computed    bigint      NOT NULL,
    found_at    timestamptz NOT NULL DEFAULT now(),
    checked_at  timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    PRIMARY KEY (sku, location, figure)
);

CREATE INDEX discrepancy_open ON inventory.discrepancy (sku, location, figure) WHERE resolved_at IS NULL;
