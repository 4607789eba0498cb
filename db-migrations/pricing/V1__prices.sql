CREATE TABLE pricing.price (
    variant_id uuid   NOT NULL,
    currency   text   NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount     bigint NOT NULL CHECK (amount >= 0),
    compare_at bigint CHECK (compare_at >= 0),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (variant_id, currency)
);

CREATE TABLE pricing.price_list (
    id             uuid        PRIMARY KEY,
    name           text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    currency       text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- Null for every customer.
    customer_group text,
    -- Empty for every country.
    countries      text[]      NOT NULL DEFAULT '{}',
    priority       int         NOT NULL,
    -- Null for always. The list is valid from this instant on, and no longer at the other one.
    valid_from     timestamptz,
    valid_until    timestamptz,
    -- Null for the setting of the shop.
    tax_included   boolean,
    version        bigint      NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    deleted_at     timestamptz,
    CHECK (valid_from < valid_until)
);

CREATE UNIQUE INDEX price_list_name ON pricing.price_list (name) WHERE deleted_at IS NULL;

-- The price of one unit in a list, for lines of at least min_quantity units. Rows of deleted lists stay until a job deletes
-- them.
CREATE TABLE pricing.list_price (
    list_id      uuid   NOT NULL REFERENCES pricing.price_list (id),
    variant_id   uuid   NOT NULL,
    min_quantity int    NOT NULL CHECK (min_quantity >= 1),
    amount       bigint NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (list_id, variant_id, min_quantity)
);

CREATE INDEX list_price_variant ON pricing.list_price (variant_id);

-- The prices of one unit and when they were stored: base prices without a list, and the tier of one unit of a list.
-- Triggers write it, so that no change is missed.
CREATE TABLE pricing.price_history (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    variant_id  uuid        NOT NULL,
    currency    text        NOT NULL,
    list_id     uuid,
    amount      bigint      NOT NULL,
    compare_at  bigint,
    valid_from  timestamptz NOT NULL,
    -- Null for the current price.
    valid_until timestamptz CHECK (valid_until >= valid_from)
);

CREATE INDEX price_history_variant ON pricing.price_history (variant_id, currency);
CREATE INDEX price_history_ended ON pricing.price_history (valid_until) WHERE valid_until IS NOT NULL;

-- The rules of price lists and when they were stored; the window is the one that the list had then.
CREATE TABLE pricing.price_list_history (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    list_id         uuid        NOT NULL,
    list_created_at timestamptz NOT NULL,
    customer_group  text,
    countries       text[]      NOT NULL,
    priority        int         NOT NULL,
    window_from     timestamptz,
    window_until    timestamptz,
    valid_from      timestamptz NOT NULL,
    valid_until     timestamptz CHECK (valid_until >= valid_from)
);

CREATE INDEX price_list_history_list ON pricing.price_list_history (list_id);

-- The time is that of the statement, which has the row locks: a transaction that began earlier may change a row later.
CREATE FUNCTION pricing.record_base_prices() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed_at timestamptz := clock_timestamp();
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE pricing.price_history h SET valid_until = greatest(h.valid_from, changed_at)
          FROM old_rows o
         WHERE h.variant_id = o.variant_id AND h.currency = o.currency
           AND h.list_id IS NULL AND h.valid_until IS NULL;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO pricing.price_history (variant_id, currency, amount, compare_at, valid_from)
        SELECT n.variant_id, n.currency, n.amount, n.compare_at, changed_at FROM new_rows n;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION pricing.record_list_prices() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed_at timestamptz := clock_timestamp();
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE pricing.price_history h SET valid_until = greatest(h.valid_from, changed_at)
          FROM old_rows o
         WHERE h.variant_id = o.variant_id AND h.list_id = o.list_id AND o.min_quantity = 1
           AND h.valid_until IS NULL;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO pricing.price_history (variant_id, currency, list_id, amount, valid_from)
        SELECT n.variant_id, l.currency, n.list_id, n.amount, changed_at
          FROM new_rows n JOIN pricing.price_list l ON l.id = n.list_id
         WHERE n.min_quantity = 1;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION pricing.record_price_list() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed_at timestamptz := clock_timestamp();
BEGIN
    UPDATE pricing.price_list_history SET valid_until = greatest(valid_from, changed_at)
     WHERE list_id = NEW.id AND valid_until IS NULL;
    IF NEW.deleted_at IS NULL THEN
        INSERT INTO pricing.price_list_history (list_id, list_created_at, customer_group, countries, priority,
                                                window_from, window_until, valid_from)
        VALUES (NEW.id, NEW.created_at, NEW.customer_group, NEW.countries, NEW.priority,
                NEW.valid_from, NEW.valid_until, changed_at);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER price_inserted AFTER INSERT ON pricing.price
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION pricing.record_base_prices();
CREATE TRIGGER price_updated AFTER UPDATE ON pricing.price
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION pricing.record_base_prices();
CREATE TRIGGER price_deleted AFTER DELETE ON pricing.price
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION pricing.record_base_prices();

CREATE TRIGGER list_price_inserted AFTER INSERT ON pricing.list_price
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION pricing.record_list_prices();
CREATE TRIGGER list_price_updated AFTER UPDATE ON pricing.list_price
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION pricing.record_list_prices();
CREATE TRIGGER list_price_deleted AFTER DELETE ON pricing.list_price
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION pricing.record_list_prices();

CREATE TRIGGER price_list_recorded AFTER INSERT OR UPDATE ON pricing.price_list
    FOR EACH ROW EXECUTE FUNCTION pricing.record_price_list();

-- Totals in these currencies are rounded to a multiple of the step, in minor units: 5 for Swiss francs paid in cash.
CREATE TABLE pricing.currency_rounding (
    currency         text        PRIMARY KEY CHECK (currency ~ '^[A-Z]{3}$'),
    step_minor_units int         NOT NULL CHECK (step_minor_units BETWEEN 2 AND 100000),
    version          bigint      NOT NULL DEFAULT 1,
    updated_at       timestamptz NOT NULL DEFAULT now()
);
