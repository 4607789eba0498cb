CREATE TABLE promotion.promotion (
    id                       uuid        PRIMARY KEY,
    code                     text        NOT NULL CHECK (code ~ '^[A-Z0-9][A-Z0-9._-]{0,49}$'),
    title                    text        NOT NULL,
    kind                     text        NOT NULL CHECK (kind IN ('percentage', 'amount', 'free_shipping')),
    -- Hundredths of a percent.
    basis_points             int         CHECK (basis_points BETWEEN 1 AND 10000),
    -- Each a list of money, one per currency.
    amounts                  jsonb       NOT NULL DEFAULT '[]',
    minimum_subtotals        jsonb       NOT NULL DEFAULT '[]',
    maximum_discounts        jsonb       NOT NULL DEFAULT '[]',
    starts_at                timestamptz,
    ends_at                  timestamptz,
    usage_limit              bigint      CHECK (usage_limit > 0),
    usage_limit_per_customer int         CHECK (usage_limit_per_customer > 0),
    combinable               boolean     NOT NULL,
    active                   boolean     NOT NULL,
    -- Empty for every SKU.
    skus                     text[]      NOT NULL DEFAULT '{}',
    -- Counted only if there is a limit, so that orders with an unlimited code do not wait for one row.
    used                     bigint      NOT NULL DEFAULT 0,
    version                  bigint      NOT NULL DEFAULT 1,
    created_at               timestamptz NOT NULL DEFAULT now(),
    updated_at               timestamptz NOT NULL DEFAULT now(),
    deleted_at               timestamptz,
    CHECK ((kind = 'percentage') = (basis_points IS NOT NULL)),
    CHECK (starts_at < ends_at),
    -- The last line of "never used more often than allowed": whatever the application does, a further use fails.
    CONSTRAINT promotion_used CHECK (used >= 0 AND used <= usage_limit)
) WITH (fillfactor = 70);

-- A code belongs to one active promotion.
CREATE UNIQUE INDEX promotion_code ON promotion.promotion (code) WHERE active AND deleted_at IS NULL;

-- The orders that used a promotion. There is no foreign key to the promotion: it would lock its row with every order, and
-- promotions are only marked as deleted.
CREATE TABLE promotion.redemption (
    order_id     uuid        NOT NULL,
    promotion_id uuid        NOT NULL,
    customer     bytea       NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_id, promotion_id)
);

CREATE INDEX redemption_promotion ON promotion.redemption (promotion_id);

-- The uses of a promotion by customer, counted whether or not they are limited. The customer is the SHA-256 of the e-mail
-- address.
CREATE TABLE promotion.customer_usage (
    promotion_id uuid  NOT NULL,
    customer     bytea NOT NULL CHECK (length(customer) = 32),
    used         int   NOT NULL CHECK (used >= 0),
    PRIMARY KEY (promotion_id, customer)
);
