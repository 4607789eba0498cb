-- created_by is 'bootstrap' or the id of a key as callers know it; null for keys made before this release.
ALTER TABLE access.api_key ADD COLUMN created_by text, ADD COLUMN last_used_at timestamptz;
