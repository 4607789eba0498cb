-- What is taxed alike. Products and shipping name a category by its code.
CREATE TABLE tax.category (
    code       text        PRIMARY KEY CHECK (code ~ '^[a-z0-9_-]{1,40}$'),
    name       text        NOT NULL,
    -- Exists from the start and is never deleted.
    built_in   boolean     NOT NULL DEFAULT false,
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO tax.category (code, name, built_in) VALUES
    ('standard',      'Standard',       true),
    ('reduced',       'Reduced',        true),
    ('reduced_2',     'Second reduced', true),
    ('super_reduced', 'Super-reduced',  true),
    ('parking',       'Parking',        true),
    ('zero',          'Zero-rated',     true),
    ('exempt',        'Exempt',         true);

CREATE TABLE tax.rate (
    id           uuid         PRIMARY KEY,
    -- Of rates with the same name, ignoring case, one applies; rates with different names add up.
    name         text         NOT NULL,
    country      text         NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    -- The part after the country of an ISO 3166-2 code; null for the whole country.
    region       text         CHECK (region ~ '^[A-Z0-9]{1,3}$'),
    -- Patterns (platform.postal.PostalCodePatterns); empty for every postal code.
    postal_codes text[]       NOT NULL DEFAULT '{}',
    category     text         NOT NULL REFERENCES tax.category (code) CHECK (category <> 'exempt'),
    -- A fraction: 0.19 is 19 %.
    rate         numeric(9,6) NOT NULL CHECK (rate BETWEEN 0 AND 1),
    -- Taken on the amount and the taxes that are not compound.
    compound     boolean      NOT NULL,
    valid_from   timestamptz,
    valid_until  timestamptz,
    version      bigint       NOT NULL DEFAULT 1,
    created_at   timestamptz  NOT NULL DEFAULT now(),
    updated_at   timestamptz  NOT NULL DEFAULT now(),
    CHECK (valid_from < valid_until)
);

CREATE INDEX rate_country ON tax.rate (country, id);
CREATE INDEX rate_category ON tax.rate (category);

-- One row. Every change of a rate locks it first, so that two changes cannot add overlapping rates.
CREATE TABLE tax.settings (
    id                 smallint    PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    prices_include_tax boolean     NOT NULL DEFAULT true,
    rounding           text        NOT NULL DEFAULT 'line' CHECK (rounding IN ('line', 'order')),
    rounding_mode      text        NOT NULL DEFAULT 'half_up' CHECK (rounding_mode IN ('half_up', 'half_even')),
    shipping_tax       text        NOT NULL DEFAULT 'category'
                                   CHECK (shipping_tax IN ('category', 'main_rate', 'pro_rata')),
    shipping_category  text        NOT NULL DEFAULT 'standard' REFERENCES tax.category (code),
    seller_country     text        CHECK (seller_country ~ '^[A-Z]{2}$'),
    seller_region      text        CHECK (seller_region ~ '^[A-Z0-9]{1,3}$'),
    seller_postal_code text,
    reverse_charge     boolean     NOT NULL DEFAULT false,
    version            bigint      NOT NULL DEFAULT 1,
    updated_at         timestamptz NOT NULL DEFAULT now(),
    CHECK (seller_country IS NOT NULL OR (seller_region IS NULL AND seller_postal_code IS NULL)),
    CHECK (seller_country IS NOT NULL OR NOT reverse_charge)
);

INSERT INTO tax.settings DEFAULT VALUES;
