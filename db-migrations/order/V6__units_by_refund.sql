-- The units whose price a refund gives back: if it fails, they can be refunded again.
CREATE TABLE "order".refunded_units (
    refund_id uuid NOT NULL,
    line_id   uuid NOT NULL REFERENCES "order".line (id),
    quantity  int  NOT NULL CHECK (quantity > 0),
    -- How many of them were neither cancelled nor sent at that time.
    unsent    int  NOT NULL CHECK (unsent BETWEEN 0 AND quantity),
    PRIMARY KEY (refund_id, line_id)
);
