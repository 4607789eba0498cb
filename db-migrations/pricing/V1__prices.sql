CREATE TABLE pricing.price (
    variant_id uuid   NOT NULL,
    currency   text   NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount     bigint NOT NULL CHECK (amount >= 0),
    compare_at bigint CHECK (compare_at >= 0),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (variant_id, currency)
);
