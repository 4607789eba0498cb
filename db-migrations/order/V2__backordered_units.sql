ALTER TABLE "order".line
    -- Units that were not in stock when they were bought.
    ADD COLUMN backordered_quantity int NOT NULL DEFAULT 0,
    ADD CONSTRAINT line_backordered CHECK (backordered_quantity BETWEEN 0 AND quantity);

CREATE TRIGGER history_not_truncated BEFORE TRUNCATE ON "order".history
    FOR EACH STATEMENT EXECUTE FUNCTION "order".refuse_change();
