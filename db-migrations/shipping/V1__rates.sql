-- '*' matches every country or every currency. A rate that names the country precedes one that does not.
CREATE TABLE shipping.rate (
    code          text    NOT NULL CHECK (code ~ '^[a-z0-9_-]{1,40}$'),
    name          text    NOT NULL,
    country       text    NOT NULL CHECK (country ~ '^([A-Z]{2}|\*)$'),
    currency      text    NOT NULL CHECK (currency ~ '^([A-Z]{3}|\*)$'),
    amount        bigint  NOT NULL CHECK (amount >= 0),
    free_from     bigint  CHECK (free_from >= 0),
    needs_address boolean NOT NULL DEFAULT true,
    PRIMARY KEY (code, country, currency),
    CHECK (currency <> '*' OR (amount = 0 AND free_from IS NULL))
);

INSERT INTO shipping.rate (code, name, country, currency, amount, free_from, needs_address) VALUES
    ('pickup',   'Pick up in the shop', '*',  '*',    0,    NULL, false),
    ('standard', 'Standard delivery',   'GB', 'GBP',  395,  5000, true),
    ('standard', 'Standard delivery',   '*',  'GBP',  1295, NULL, true),
    ('standard', 'Standard delivery',   'DE', 'EUR',  495,  5000, true),
    ('standard', 'Standard delivery',   '*',  'EUR',  1290, NULL, true),
    ('standard', 'Standard delivery',   'US', 'USD',  595,  5000, true),
    ('standard', 'Standard delivery',   '*',  'USD',  1495, NULL, true);

-- Rates are changed by SQL, and every pod keeps them in memory.
CREATE TRIGGER rate_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON shipping.rate
    FOR EACH STATEMENT EXECUTE FUNCTION cache.publish_invalidation('shipping-rates');
