-- What an answer said besides its body; null where it said nothing.
ALTER TABLE idempotency.request ADD COLUMN etag text, ADD COLUMN location text;
