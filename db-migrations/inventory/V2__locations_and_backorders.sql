-- Where stock lies. Rows of stock have named locations freely until now, and files still do: a name that is new makes a location.
CREATE TABLE inventory.location (
    code         text        PRIMARY KEY CHECK (code <> ''),
    name         text        NOT NULL,
    country      text        CHECK (country ~ '^[A-Z]{2}$'),
    -- The lower is asked first.
    priority     int         NOT NULL DEFAULT 100 CHECK (priority BETWEEN 0 AND 10000),
    active       boolean     NOT NULL DEFAULT true,
    ships_online boolean     NOT NULL DEFAULT true,
    version      bigint      NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION inventory.know_location() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM inventory.location WHERE code = NEW.location) THEN
        INSERT INTO inventory.location (code, name) VALUES (NEW.location, NEW.location) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NEW;
END $$;

-- Also for pods of the version before, which know nothing of locations.
CREATE TRIGGER stock_level_location BEFORE INSERT ON inventory.stock_level
    FOR EACH ROW EXECUTE FUNCTION inventory.know_location();

INSERT INTO inventory.location (code, name)
SELECT DISTINCT location, location FROM inventory.stock_level
 UNION SELECT 'default', 'default';

ALTER TABLE inventory.stock_level
    ADD CONSTRAINT stock_level_location_known FOREIGN KEY (location) REFERENCES inventory.location (code);

-- What of a SKU is sold beyond what is there, and where it is waited for: at one location, so that one row can be the judge.
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

-- reserved: units on the shelf that checkouts under way have set aside. backordered: units promised, to checkouts or to
-- orders, that are not on the shelf. available is what is left, and less than nothing where units are owed.
ALTER TABLE inventory.stock_level
    ADD COLUMN backordered     bigint NOT NULL DEFAULT 0 CHECK (backordered >= 0),
    ADD COLUMN backorder_limit bigint NOT NULL DEFAULT 0 CHECK (backorder_limit >= 0),
    ADD CONSTRAINT stock_level_reserved_is_there CHECK (reserved <= on_hand),
    DROP CONSTRAINT stock_level_available_check;
ALTER TABLE inventory.stock_level ALTER COLUMN available SET EXPRESSION AS (on_hand - reserved - backordered);

-- The last line of "never oversells": whatever the code above does, no promise is made beyond the limit. A CHECK could not
-- tell a new promise from a limit that was lowered, or units that were lost, while old promises still wait.
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
    RAISE EXCEPTION '%.% is never taken from', TG_TABLE_SCHEMA, TG_TABLE_NAME;
END $$;

CREATE TRIGGER stock_level_stays BEFORE DELETE OR TRUNCATE ON inventory.stock_level
    FOR EACH STATEMENT EXECUTE FUNCTION inventory.refuse_loss();

-- What a shopper is told: it changes when one of the two borders is crossed.
CREATE FUNCTION inventory.standing(available bigint, backorder_limit bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN available > 0 THEN 'in_stock' WHEN available > -backorder_limit THEN 'backorder' ELSE 'out_of_stock' END;

ALTER TABLE inventory.reservation_line
    ADD COLUMN backordered bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT reservation_line_backordered CHECK (backordered BETWEEN 0 AND quantity);

-- Units sold that were not there, oldest first the first to be served.
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
