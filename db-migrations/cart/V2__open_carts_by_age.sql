-- For the job that deletes abandoned carts. By created_at, which never changes: an index on updated_at would cost every
-- change of a cart its heap-only update.
DROP INDEX CONCURRENTLY IF EXISTS cart.cart_open_by_age;
CREATE INDEX CONCURRENTLY cart_open_by_age ON cart.cart (created_at) WHERE status = 'open';
