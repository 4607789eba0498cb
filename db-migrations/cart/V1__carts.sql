-- A cart is one row, so that one statement reads or changes it. Its lines are a JSON array in the order in which they
-- were added; each is an object with id, variant_id, sku and quantity.
CREATE TABLE cart.cart (
    id               uuid        PRIMARY KEY,
    token_hash       bytea       NOT NULL,
    currency         text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    email            text        CHECK (length(email) <= 254),
    shipping_address jsonb,
    billing_address  jsonb,
    shipping_method  text,
    coupon_codes     text[]      NOT NULL DEFAULT '{}',
    -- The tax id of a business customer, normalized.
    tax_id           text        CHECK (length(tax_id) BETWEEN 1 AND 20),
    lines            jsonb       NOT NULL DEFAULT '[]'
        CHECK (jsonb_typeof(lines) = 'array' AND jsonb_array_length(lines) <= 10000)
        CHECK (jsonb_array_length(lines) = jsonb_array_length(jsonb_path_query_array(lines,
               '$[*] ? (exists (@.id) && exists (@.variant_id) && exists (@.sku)
                        && @.quantity >= 1 && @.quantity <= 9999)'))),
    status           text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'completing', 'completed')),
    version          bigint      NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now()
);

-- For the job that deletes abandoned carts. On created_at, which never changes: an index on updated_at would prevent
-- heap-only updates of carts.
CREATE INDEX cart_open_by_age ON cart.cart (created_at) WHERE status = 'open';
