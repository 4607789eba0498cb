ALTER TABLE "order".line
    -- Units whose price went back and that were neither cancelled nor sent: they are sent only if somebody names them.
    ADD COLUMN refunded_unsent_quantity int NOT NULL DEFAULT 0,
    ADD CONSTRAINT line_refunded_unsent CHECK (refunded_unsent_quantity BETWEEN 0 AND quantity) NOT VALID;
