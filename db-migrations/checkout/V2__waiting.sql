-- What a pending completion waits for, by what the provider last said, and since when: an answer, the provider's own time, or the
-- shopper. Null of those that were pending before, or are written by the version before.
ALTER TABLE checkout.completion
    ADD COLUMN waiting       text,
    ADD COLUMN waiting_since timestamptz;
