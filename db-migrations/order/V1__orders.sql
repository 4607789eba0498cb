CREATE SEQUENCE "order".order_number START 1001;

CREATE TABLE "order".orders (
    id                 uuid        PRIMARY KEY,
    number             bigint      NOT NULL UNIQUE DEFAULT nextval('"order".order_number'),
    -- A cart becomes at most one order.
    cart_id            uuid        NOT NULL UNIQUE,
    token_hash         bytea       NOT NULL,
    customer_id        uuid        NOT NULL,
    email              text        NOT NULL,
    currency           text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    status             text        NOT NULL CHECK (status IN ('payment_pending', 'confirmed', 'completed', 'cancelled')),
    payment_status     text        NOT NULL CHECK (payment_status IN
                           ('pending', 'authorized', 'captured', 'partially_refunded', 'refunded', 'voided', 'failed')),
    fulfillment_status text        NOT NULL DEFAULT 'unfulfilled'
                       CHECK (fulfillment_status IN ('unfulfilled', 'partially_fulfilled', 'fulfilled')),
    shipping_address   jsonb,
    billing_address    jsonb,
    shipping_method    text,
    subtotal           bigint      NOT NULL CHECK (subtotal >= 0),
    -- Includes a discount on shipping.
    discount           bigint      NOT NULL,
    shipping           bigint      NOT NULL CHECK (shipping >= 0),
    tax                bigint      NOT NULL CHECK (tax >= 0),
    -- The part of the tax that prices include.
    included_tax       bigint      NOT NULL DEFAULT 0 CHECK (included_tax BETWEEN 0 AND tax),
    -- What the rounding of cash totals adds.
    rounding           bigint      NOT NULL DEFAULT 0,
    total              bigint      NOT NULL,
    cancelled_amount   bigint      NOT NULL DEFAULT 0,
    -- The coupons that were applied, as they were when the order was placed.
    discounts          jsonb       NOT NULL DEFAULT '[]',
    -- The taxes of lines and shipping together, and those of shipping: name, rate, taxable, amount.
    tax_lines          jsonb       NOT NULL DEFAULT '[]',
    shipping_tax_lines jsonb       NOT NULL DEFAULT '[]',
    -- The tax id of a business customer, and why the customer owes no tax to the seller.
    tax_id             text,
    tax_exemption      text        CHECK (tax_exemption IN ('reverse_charge')),
    prices_include_tax boolean     NOT NULL DEFAULT false,
    version            bigint      NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT orders_total CHECK (total = subtotal - discount + shipping + tax - included_tax + rounding),
    CHECK (cancelled_amount BETWEEN 0 AND total),
    CONSTRAINT orders_discount CHECK (discount BETWEEN 0 AND subtotal + shipping)
);

CREATE INDEX orders_created ON "order".orders (created_at, id);
CREATE INDEX orders_status ON "order".orders (status, created_at, id);
CREATE INDEX orders_email ON "order".orders (lower(email), created_at, id);

CREATE TABLE "order".line (
    id                       uuid    PRIMARY KEY,
    order_id                 uuid    NOT NULL REFERENCES "order".orders (id),
    position                 int     NOT NULL,
    variant_id               uuid    NOT NULL,
    sku                      text    NOT NULL,
    title                    text    NOT NULL,
    quantity                 int     NOT NULL CHECK (quantity > 0),
    unit_price               bigint  NOT NULL CHECK (unit_price >= 0),
    total                    bigint  NOT NULL,
    -- The line's share of the order's discount.
    discount                 bigint  NOT NULL DEFAULT 0,
    price_includes_tax       boolean NOT NULL DEFAULT false,
    tax                      bigint  NOT NULL DEFAULT 0 CHECK (tax >= 0),
    -- The part of the tax that the total includes.
    included_tax             bigint  NOT NULL DEFAULT 0 CHECK (included_tax BETWEEN 0 AND tax),
    tax_lines                jsonb   NOT NULL DEFAULT '[]',
    -- The line's share of the order's rounding.
    rounding                 bigint  NOT NULL DEFAULT 0,
    -- The price list that the price is from.
    price_list               text,
    price_list_name          text,
    -- True if the units were taken from counted stock, so that a restock returns them to it.
    stock_taken              boolean NOT NULL,
    cancelled_quantity       int     NOT NULL DEFAULT 0 CHECK (cancelled_quantity >= 0),
    fulfilled_quantity       int     NOT NULL DEFAULT 0 CHECK (fulfilled_quantity >= 0),
    -- Units whose price was refunded, or that were cancelled before it was captured.
    refunded_quantity        int     NOT NULL DEFAULT 0 CHECK (refunded_quantity BETWEEN 0 AND quantity),
    -- Units that were refunded and are neither cancelled nor sent. They are sent only if a fulfillment names them.
    refunded_unsent_quantity int     NOT NULL DEFAULT 0,
    returned_quantity        int     NOT NULL DEFAULT 0 CHECK (returned_quantity BETWEEN 0 AND fulfilled_quantity),
    restocked_quantity       int     NOT NULL DEFAULT 0 CHECK (restocked_quantity BETWEEN 0 AND quantity),
    -- Units that were not in stock when they were bought.
    backordered_quantity     int     NOT NULL DEFAULT 0,
    UNIQUE (order_id, position),
    CHECK (total = unit_price * quantity),
    CHECK (cancelled_quantity + fulfilled_quantity <= quantity),
    CONSTRAINT line_discount CHECK (discount BETWEEN 0 AND total),
    CONSTRAINT line_included_tax CHECK (included_tax <= total - discount),
    CONSTRAINT line_rounding CHECK (total - discount + tax - included_tax + rounding >= 0),
    CONSTRAINT line_refunded_unsent CHECK (refunded_unsent_quantity BETWEEN 0 AND quantity),
    CONSTRAINT line_backordered CHECK (backordered_quantity BETWEEN 0 AND quantity)
);

-- The units that a refund pays back. If the refund fails, they can be refunded again.
CREATE TABLE "order".refunded_units (
    refund_id uuid NOT NULL,
    line_id   uuid NOT NULL REFERENCES "order".line (id),
    quantity  int  NOT NULL CHECK (quantity > 0),
    -- The number of them that were neither cancelled nor sent at the time of the refund.
    unsent    int  NOT NULL CHECK (unsent BETWEEN 0 AND quantity),
    PRIMARY KEY (refund_id, line_id)
);

-- What of the price of a taxed order is given back or not collected, with the taxes in it: a refund, units that were
-- cancelled before the payment was captured, or the part of the price that was not captured. The next credit takes its
-- taxes from what these leave.
CREATE TABLE "order".credit (
    id        uuid    PRIMARY KEY,
    order_id  uuid    NOT NULL REFERENCES "order".orders (id),
    -- Null if the amount was never collected.
    refund_id uuid    UNIQUE,
    amount    bigint  NOT NULL CHECK (amount > 0),
    tax_lines jsonb   NOT NULL,
    -- True if the refund failed: the shop still has the money.
    failed    boolean NOT NULL DEFAULT false
);

CREATE INDEX credit_order ON "order".credit (order_id);

CREATE TABLE "order".fulfillment (
    id              uuid        PRIMARY KEY,
    order_id        uuid        NOT NULL REFERENCES "order".orders (id),
    lines           jsonb       NOT NULL,
    carrier         text,
    tracking_number text,
    tracking_url    text,
    created_at      timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX fulfillment_order ON "order".fulfillment (order_id);

CREATE TABLE "order".history (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id   uuid        NOT NULL REFERENCES "order".orders (id),
    event      text        NOT NULL,
    actor      text        NOT NULL,
    request_id text        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    facts      jsonb       NOT NULL
);

CREATE INDEX history_order ON "order".history (order_id, id);

CREATE FUNCTION "order".refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The history of orders is append-only';
END $$;

CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE ON "order".history
    FOR EACH ROW EXECUTE FUNCTION "order".refuse_change();

CREATE TRIGGER history_not_truncated BEFORE TRUNCATE ON "order".history
    FOR EACH STATEMENT EXECUTE FUNCTION "order".refuse_change();
