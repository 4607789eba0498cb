CREATE TABLE catalog.category (
    id         uuid PRIMARY KEY,
    parent_id  uuid REFERENCES catalog.category (id),
    slug       text        NOT NULL UNIQUE,
    name       text        NOT NULL,
    position   int         NOT NULL DEFAULT 0,
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (parent_id, name),
    CHECK (parent_id <> id)
);

CREATE TABLE catalog.product (
    id              uuid PRIMARY KEY,
    slug            text        NOT NULL UNIQUE,
    title           text        NOT NULL,
    description     text        NOT NULL,
    vendor          text        NOT NULL,
    product_type    text        NOT NULL,
    status          text        NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
    tags            text[]      NOT NULL,
    options         text[]      NOT NULL,
    media           jsonb       NOT NULL,
    seo_title       text        NOT NULL,
    seo_description text        NOT NULL,
    attributes      jsonb       NOT NULL,
    -- Codes of records of the modules tax and shipping.
    tax_category     text       NOT NULL DEFAULT 'standard',
    shipping_profile text       NOT NULL DEFAULT 'default',
    version         bigint      NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX product_active_created_at ON catalog.product (created_at, id) WHERE status = 'active';
CREATE INDEX product_active_title ON catalog.product (title, id) WHERE status = 'active';
CREATE INDEX product_status ON catalog.product (status, id);

CREATE TABLE catalog.product_category (
    product_id  uuid NOT NULL REFERENCES catalog.product (id) ON DELETE CASCADE,
    category_id uuid NOT NULL REFERENCES catalog.category (id),
    position    int  NOT NULL,
    PRIMARY KEY (product_id, category_id)
);

CREATE INDEX product_category_category ON catalog.product_category (category_id, product_id);

CREATE TABLE catalog.variant (
    id                uuid PRIMARY KEY,
    product_id        uuid        NOT NULL REFERENCES catalog.product (id) ON DELETE CASCADE,
    sku               text        NOT NULL UNIQUE,
    position          int         NOT NULL,
    option_values     text[]      NOT NULL,
    barcode           text        NOT NULL,
    weight_grams      bigint      NOT NULL CHECK (weight_grams >= 0),
    inventory_tracked boolean     NOT NULL,
    inventory_policy  text        NOT NULL CHECK (inventory_policy IN ('deny', 'continue')),
    taxable           boolean     NOT NULL,
    -- Null for the category of the product.
    tax_category      text,
    -- Null if they are not known.
    length_mm         int         CHECK (length_mm > 0),
    width_mm          int         CHECK (width_mm > 0),
    height_mm         int         CHECK (height_mm > 0),
    requires_shipping boolean     NOT NULL,
    image_url         text        NOT NULL,
    attributes        jsonb       NOT NULL,
    version           bigint      NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX variant_product ON catalog.variant (product_id, position, id);

-- A copy of the prices that pricing publishes, so that listings are sorted by price within this schema.
CREATE TABLE catalog.variant_price (
    variant_id uuid   NOT NULL REFERENCES catalog.variant (id) ON DELETE CASCADE,
    product_id uuid   NOT NULL,
    currency   text   NOT NULL,
    amount     bigint NOT NULL,
    PRIMARY KEY (variant_id, currency)
);

CREATE INDEX variant_price_product ON catalog.variant_price (product_id, currency, amount);

-- The lowest price of each product.
CREATE TABLE catalog.listing_price (
    product_id uuid   NOT NULL REFERENCES catalog.product (id) ON DELETE CASCADE,
    currency   text   NOT NULL,
    amount     bigint NOT NULL,
    PRIMARY KEY (product_id, currency)
);

CREATE INDEX listing_price_sorted ON catalog.listing_price (currency, amount, product_id);
