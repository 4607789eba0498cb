-- Where methods deliver to. Each list that is not empty restricts the zone.
CREATE TABLE shipping.zone (
    id           uuid        PRIMARY KEY,
    name         text        NOT NULL,
    -- Empty for everywhere.
    countries    text[]      NOT NULL DEFAULT '{}',
    regions      text[]      NOT NULL DEFAULT '{}',
    -- "35037", "35*" or "51000-51999".
    postal_codes text[]      NOT NULL DEFAULT '{}',
    version      bigint      NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CHECK (countries <> '{}' OR (regions = '{}' AND postal_codes = '{}'))
);

-- Products that are packed together. catalog.product has the code.
CREATE TABLE shipping.profile (
    code               text        PRIMARY KEY CHECK (code ~ '^[a-z0-9_-]{1,40}$'),
    name               text        NOT NULL,
    excluded_countries text[]      NOT NULL DEFAULT '{}',
    excluded_methods   text[]      NOT NULL DEFAULT '{}',
    version            bigint      NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE shipping.method (
    id                uuid        PRIMARY KEY,
    zone_id           uuid        NOT NULL REFERENCES shipping.zone (id) ON DELETE CASCADE,
    code              text        NOT NULL CHECK (code ~ '^[a-z0-9_-]{1,40}$'),
    name              text        NOT NULL,
    -- Null for a method that is free in every currency.
    currency          text        CHECK (currency ~ '^[A-Z]{3}$'),
    -- Null for every profile.
    profile           text        REFERENCES shipping.profile (code),
    -- List of {min_weight_grams, min_subtotal, min_items, price}.
    rates             jsonb       NOT NULL DEFAULT '[]',
    -- In minor units of the currency.
    free_from         bigint      CHECK (free_from >= 0),
    -- List of {per, profile, beyond_items, beyond_weight_grams, price}.
    surcharges        jsonb       NOT NULL DEFAULT '[]',
    estimate_min_days int         CHECK (estimate_min_days >= 0),
    estimate_max_days int         CHECK (estimate_max_days >= estimate_min_days),
    -- "14:00", and the time zone that it is in.
    cutoff_time       text        CHECK (cutoff_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    cutoff_time_zone  text,
    needs_address     boolean     NOT NULL DEFAULT true,
    -- The code of a stock location.
    pickup_location   text,
    max_weight_grams  bigint      CHECK (max_weight_grams > 0),
    -- The provider of live rates.
    provider          text,
    active            boolean     NOT NULL DEFAULT true,
    version           bigint      NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CHECK (currency IS NOT NULL OR (rates = '[]' AND surcharges = '[]' AND free_from IS NULL AND provider IS NULL)),
    CHECK ((estimate_min_days IS NULL) = (estimate_max_days IS NULL)),
    CHECK ((cutoff_time IS NULL) = (cutoff_time_zone IS NULL)),
    CONSTRAINT method_code UNIQUE NULLS NOT DISTINCT (zone_id, code, currency, profile)
);

INSERT INTO shipping.profile (code, name) VALUES ('default', 'Default');

INSERT INTO shipping.zone (id, name, countries) VALUES
    (uuidv7(), 'United Kingdom',    '{GB}'),
    (uuidv7(), 'Germany',           '{DE}'),
    (uuidv7(), 'United States',     '{US}'),
    (uuidv7(), 'Rest of the world', '{}');

INSERT INTO shipping.method (id, zone_id, code, name, needs_address)
SELECT uuidv7(), id, 'pickup', 'Pick up in the shop', false FROM shipping.zone WHERE name = 'Rest of the world';

INSERT INTO shipping.method (id, zone_id, code, name, currency, rates, free_from)
SELECT uuidv7(), z.id, 'standard', 'Standard delivery', r.currency,
       jsonb_build_array(jsonb_build_object('price', jsonb_build_object('amount', r.amount, 'currency', r.currency))),
       r.free_from
  FROM (VALUES ('United Kingdom',    'GBP',  395,        5000),
               ('Rest of the world', 'GBP', 1295, NULL::bigint),
               ('Germany',           'EUR',  495,        5000),
               ('Rest of the world', 'EUR', 1290,        NULL),
               ('United States',     'USD',  595,        5000),
               ('Rest of the world', 'USD', 1495,        NULL)) AS r (zone, currency, amount, free_from)
  JOIN shipping.zone z ON z.name = r.zone;

-- Every pod keeps these tables in memory. The triggers invalidate them for changes by the admin API and by SQL alike.
CREATE TRIGGER zone_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON shipping.zone
    FOR EACH STATEMENT EXECUTE FUNCTION cache.publish_invalidation('shipping-rules');
CREATE TRIGGER profile_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON shipping.profile
    FOR EACH STATEMENT EXECUTE FUNCTION cache.publish_invalidation('shipping-rules');
CREATE TRIGGER method_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON shipping.method
    FOR EACH STATEMENT EXECUTE FUNCTION cache.publish_invalidation('shipping-rules');
