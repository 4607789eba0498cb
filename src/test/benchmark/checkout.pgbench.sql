-- What a cart of two lines, its shipping method and its completion do to the database, statement by statement.
\set a random(1, :skus)
\set b 1 + (:a % :skus)
SELECT quote_literal(gen_random_uuid()) AS cart, quote_literal(gen_random_uuid()) AS ord, quote_literal(gen_random_uuid()) AS pay, quote_literal(gen_random_uuid()) AS res,
       quote_literal(gen_random_uuid()) AS completion, quote_literal(gen_random_uuid()) AS customer,
       (SELECT quote_literal(sku) FROM public.benchmark_sku WHERE n = :a) AS sku_a, (SELECT quote_literal(sku) FROM public.benchmark_sku WHERE n = :b) AS sku_b \gset
BEGIN;
SELECT v.id, p.title FROM catalog.variant v JOIN catalog.product p ON p.id = v.product_id WHERE v.sku IN (:sku_a, :sku_b);
INSERT INTO cart.cart (id, token_hash, currency, email, lines)
SELECT :cart::uuid, '\x00', 'EUR', :customer || '@example.com', jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'variant_id', v.id, 'sku', v.sku, 'quantity', 1))
  FROM catalog.variant v WHERE v.sku IN (:sku_a, :sku_b);
COMMIT;
BEGIN;
UPDATE cart.cart SET shipping_method = 'pickup', version = version + 1 WHERE id = :cart AND status = 'open' RETURNING *;
COMMIT;
BEGIN;
SELECT * FROM cart.cart WHERE id = :cart FOR UPDATE;
SELECT v.id, p.title FROM catalog.variant v JOIN catalog.product p ON p.id = v.product_id WHERE v.sku IN (:sku_a, :sku_b);
SELECT * FROM pricing.price WHERE currency = 'EUR' AND variant_id IN (SELECT variant_id FROM cart.cart, jsonb_to_recordset(lines) AS l (variant_id uuid) WHERE id = :cart);
INSERT INTO payment.payment (id, order_id, provider, reference, currency, amount) VALUES (:pay, :ord, 'bench', :pay, 'EUR', 1000);
INSERT INTO checkout.attempt (id, cart_id, order_id, payment_id, reservation_id, snapshot, idempotency_key, idempotency_fingerprint, leased_until)
VALUES (:completion, :cart, :ord, :pay, :res, '{"lines": [{"sku": "a", "quantity": 1, "title": "Something with a title"}, {"sku": "b", "quantity": 1, "title": "Something with a title"}]}', :completion, 'x', now() + interval '15 s');
UPDATE cart.cart SET status = 'completing' WHERE id = :cart;
SELECT sku, available FROM inventory.stock_level WHERE sku IN (:sku_a, :sku_b) ORDER BY sku, location FOR UPDATE;
INSERT INTO inventory.reservation (id, expires_at) VALUES (:res, now() + interval '15 min');
INSERT INTO inventory.reservation_line SELECT :res::uuid, sku, location, 1 FROM inventory.stock_level WHERE sku IN (:sku_a, :sku_b);
UPDATE inventory.stock_level SET reserved = reserved + 1 WHERE sku IN (:sku_a, :sku_b) AND on_hand - reserved >= 1;
COMMIT;
BEGIN;
INSERT INTO payment.test_charge (reference, currency, amount, state) VALUES (:pay, 'EUR', 1000, 'captured');
COMMIT;
BEGIN;
SELECT * FROM checkout.attempt WHERE id = :completion FOR UPDATE;
INSERT INTO "order".orders (id, cart_id, token_hash, customer_id, email, currency, status, payment_status, subtotal, discount, shipping, tax, total)
VALUES (:ord, :cart, '\x00', :customer, :customer || '@example.com', 'EUR', 'confirmed', 'captured', 1000, 0, 0, 0, 1000);
INSERT INTO "order".line (id, order_id, position, variant_id, sku, title, quantity, unit_price, total, stock_taken)
SELECT gen_random_uuid(), :ord::uuid, row_number() OVER (), variant_id, sku, 'Something with a title', 1, 500, 500, true FROM cart.cart, jsonb_to_recordset(lines) AS l (variant_id uuid, sku text) WHERE id = :cart;
INSERT INTO "order".history (order_id, event, actor, request_id, facts) VALUES (:ord, 'placed', 'shopper', 'req', '{}');
UPDATE payment.payment SET state = 'captured', captured_amount = 1000 WHERE id = :pay;
UPDATE cart.cart SET status = 'completed' WHERE id = :cart;
UPDATE inventory.reservation SET status = 'claimed' WHERE id = :res AND status = 'reserved';
INSERT INTO inventory.movement (sku, location, kind, quantity, reference) SELECT sku, location, 'sold', -1, :ord FROM inventory.reservation_line WHERE reservation_id = :res;
SELECT sku FROM inventory.stock_level WHERE sku IN (:sku_a, :sku_b) ORDER BY sku, location FOR UPDATE;
UPDATE inventory.stock_level SET on_hand = on_hand - 1, reserved = reserved - 1 WHERE sku IN (:sku_a, :sku_b);
UPDATE checkout.attempt SET state = 'placed', response_status = 201, response_body = '{}' WHERE id = :completion;
COMMIT;
