-- gathered: it was set aside together with others, in a transaction of its own. unposted: it is sold, and the level does not show it
-- yet, but as reserved. reference, claimed_by and claimed_in: what is written into the ledger then.
ALTER TABLE inventory.reservation
    ADD COLUMN gathered   boolean NOT NULL DEFAULT false,
    ADD COLUMN unposted   boolean NOT NULL DEFAULT false,
    ADD COLUMN reference  text,
    ADD COLUMN claimed_by text,
    ADD COLUMN claimed_in text,
    ADD CONSTRAINT reservation_unposted CHECK (NOT unposted OR (status = 'claimed' AND reference IS NOT NULL));

CREATE INDEX reservation_unposted ON inventory.reservation (reference) WHERE unposted;
