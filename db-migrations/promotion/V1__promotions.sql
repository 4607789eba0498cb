CREATE TABLE promotion.promotion (
    id                       uuid        PRIMARY KEY,
    -- Null for an automatic promotion, and for one that has only generated codes.
    code                     text        CHECK (code ~ '^[A-Z0-9][A-Z0-9._-]{0,49}$'),
    title                    text        NOT NULL,
    trigger_type             text        NOT NULL DEFAULT 'code' CHECK (trigger_type IN ('automatic', 'code')),
    kind                     text        NOT NULL CHECK (kind IN
                                 ('fixed_price', 'buy_x_get_y', 'gift', 'tiers', 'percentage', 'amount',
                                  'free_shipping')),
    -- Hundredths of a percent.
    basis_points             int         CHECK (basis_points BETWEEN 1 AND 10000),
    -- Each a list of money, one per currency.
    amounts                  jsonb       NOT NULL DEFAULT '[]',
    minimum_subtotals        jsonb       NOT NULL DEFAULT '[]',
    maximum_discounts        jsonb       NOT NULL DEFAULT '[]',
    -- The action unless the columns above describe it, the conditions, the priority, the group, the limit per order, and
    -- the budgets.
    rules                    jsonb       NOT NULL DEFAULT '{"conditions": [], "priority": 0, "budgets": []}',
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
    CHECK (trigger_type = 'code' OR code IS NULL),
    CHECK (starts_at < ends_at),
    -- The last line of "never used more often than allowed": whatever the application does, a further use fails.
    CONSTRAINT promotion_used CHECK (used >= 0 AND used <= usage_limit)
) WITH (fillfactor = 70);

-- A code belongs to one active promotion.
CREATE UNIQUE INDEX promotion_code ON promotion.promotion (code) WHERE active AND deleted_at IS NULL;

-- The automatic promotions, which every pod keeps in memory.
CREATE INDEX promotion_automatic ON promotion.promotion (id)
 WHERE trigger_type = 'automatic' AND active AND deleted_at IS NULL;

-- The counters of budgets: the sum of the discounts that orders have, in minor units. The amount is that of the rules.
CREATE TABLE promotion.budget (
    promotion_id uuid   NOT NULL REFERENCES promotion.promotion (id),
    currency     text   NOT NULL,
    amount       bigint NOT NULL,
    used         bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (promotion_id, currency),
    CONSTRAINT budget_used CHECK (used >= 0 AND used <= amount)
) WITH (fillfactor = 70);

-- Generated codes, each for one order. A code is free while it has no order.
CREATE TABLE promotion.code (
    code         text        PRIMARY KEY CHECK (code ~ '^[A-Z0-9][A-Z0-9._-]{0,49}$'),
    promotion_id uuid        NOT NULL,
    order_id     uuid,
    created_at   timestamptz NOT NULL DEFAULT now(),
    redeemed_at  timestamptz
);

CREATE INDEX code_promotion ON promotion.code (promotion_id, code);
CREATE INDEX code_order ON promotion.code (order_id) WHERE order_id IS NOT NULL;

-- The orders that used a promotion. There is no foreign key to the promotion: it would lock its row with every order, and
-- promotions are only marked as deleted.
CREATE TABLE promotion.redemption (
    order_id     uuid        NOT NULL,
    promotion_id uuid        NOT NULL,
    customer     bytea       NOT NULL,
    -- The discount, in minor units of the currency of the order.
    amount       bigint      NOT NULL,
    currency     text        NOT NULL,
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
