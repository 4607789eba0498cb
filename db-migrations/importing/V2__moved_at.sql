-- When an import was queued, taken up, or last committed a batch. Null of those from before, or of the version before.
ALTER TABLE importing.import ADD COLUMN moved_at timestamptz;
