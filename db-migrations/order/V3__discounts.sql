-- What coupons took off, as it was when the order was placed.
ALTER TABLE "order".orders ADD COLUMN discounts jsonb NOT NULL DEFAULT '[]';

-- What of the order's discount fell on the line.
ALTER TABLE "order".line ADD COLUMN discount bigint NOT NULL DEFAULT 0;
ALTER TABLE "order".line ADD CONSTRAINT line_discount CHECK (discount BETWEEN 0 AND total) NOT VALID;
ALTER TABLE "order".line VALIDATE CONSTRAINT line_discount;

-- A discount may take off delivery too.
ALTER TABLE "order".orders ADD CONSTRAINT orders_discount CHECK (discount BETWEEN 0 AND subtotal + shipping) NOT VALID;
ALTER TABLE "order".orders VALIDATE CONSTRAINT orders_discount;
ALTER TABLE "order".orders DROP CONSTRAINT orders_check;
