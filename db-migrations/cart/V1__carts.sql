CREATE TABLE cart.cart (
    id               uuid        PRIMARY KEY,
    token_hash       bytea       NOT NULL,
    currency         text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    email            text        CHECK (length(email) <= 254),
    shipping_address jsonb,
    billing_address  jsonb,
    shipping_method  text,
    coupon_codes     text[]      NOT NULL DEFAULT '{}',
    status           text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'completing', 'completed')),
    version          bigint      NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now()
);

-- For the job that deletes abandoned carts. On created_at, which never changes: an index on updated_at would prevent
-- heap-only updates of carts.
CREATE INDEX cart_open_by_age ON cart.cart (created_at) WHERE status = 'open';

CREATE TABLE cart.line (
    id         uuid PRIMARY KEY,
    cart_id    uuid NOT NULL REFERENCES cart.cart (id) ON DELETE CASCADE,
    sku        text NOT NULL,
    variant_id uuid NOT NULL,
    quantity   int  NOT NULL CHECK (quantity BETWEEN 1 AND 9999),
    position   int  NOT NULL,
    UNIQUE (cart_id, sku)
);
