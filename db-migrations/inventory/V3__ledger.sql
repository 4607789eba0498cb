-- The movements become the ledger of stock: every change of a level, with who and which request changed it. quantity is the
-- change of on_hand; for each key the quantities still add up to it.
ALTER TABLE inventory.movement
    ADD COLUMN reserved    bigint NOT NULL DEFAULT 0,
    ADD COLUMN backordered bigint NOT NULL DEFAULT 0,
    ADD COLUMN actor       text   NOT NULL DEFAULT 'unknown',
    ADD COLUMN request_id  text   NOT NULL DEFAULT 'none',
    DROP CONSTRAINT movement_kind_check,
    ADD CONSTRAINT movement_kind_check CHECK (kind IN
        ('counted', 'adjusted', 'reserved', 'released', 'expired', 'sold', 'filled', 'cancelled', 'restocked')) NOT VALID;

CREATE FUNCTION inventory.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The history of stock is only ever added to';
END $$;

CREATE TRIGGER movement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON inventory.movement
    FOR EACH STATEMENT EXECUTE FUNCTION inventory.refuse_change();
