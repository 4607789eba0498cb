-- What the completion of a cart with one line does to the database, statement by statement, in one transaction. Carts are in
-- public.benchmark_cart; client 3 of 16 takes those numbered 3, 19, 35 and so on.
\set n :next + :client_id
\set next :next + :clients
SELECT quote_literal(id) AS cart, quote_literal(sku) AS sku, quote_literal(gen_random_uuid()) AS ord, quote_literal(gen_random_uuid()) AS pay,
       quote_literal(gen_random_uuid()) AS res, quote_literal(gen_random_uuid()) AS completion, quote_literal(gen_random_uuid()) AS customer,
       quote_literal(gen_random_uuid()) AS line
  FROM public.benchmark_cart WHERE n = :n \gset
BEGIN;
SELECT token_hash, currency, email, shipping_address, billing_address, shipping_method, to_json(coupon_codes), status, version, lines FROM cart.cart WHERE id = :cart FOR UPDATE;
SELECT v.id, v.product_id, v.sku, p.title, array_to_string(v.option_values, ' / '), p.status = 'active', v.inventory_tracked AND v.inventory_policy = 'deny', v.requires_shipping
  FROM catalog.variant v JOIN catalog.product p ON p.id = v.product_id WHERE v.sku = ANY (ARRAY [:sku]);
SELECT variant_id, currency, amount, compare_at FROM pricing.price WHERE variant_id IN (SELECT variant_id FROM cart.cart, jsonb_to_recordset(lines) AS l (variant_id uuid) WHERE id = :cart) AND currency = 'EUR' ORDER BY variant_id, currency;
SELECT m.code, m.name, m.rates, m.free_from, m.needs_address FROM shipping.method m JOIN shipping.zone z ON z.id = m.zone_id
 WHERE z.countries = '{}' AND NOT m.needs_address AND coalesce(m.currency, 'EUR') = 'EUR' AND m.active;
INSERT INTO payment.payment (id, order_id, provider, reference, currency, amount, changed_by, changed_in) VALUES (:pay, :ord, 'bench', :pay, 'EUR', 1000, 'customer', 'request')
RETURNING id, order_id, provider, reference, provider_reference, state, currency, amount, captured_amount, refunded_amount, created_at;
UPDATE cart.cart SET status = 'completing', version = version + 1, updated_at = now() WHERE id = :cart AND status = 'open';
SELECT s.sku, s.location, s.on_hand, s.available, s.backorder_limit, l.priority, l.country, l.active AND l.ships_online AS sells
  FROM inventory.stock_level s JOIN inventory.location l ON l.code = s.location WHERE s.sku = ANY (ARRAY [:sku]) ORDER BY s.sku, s.location FOR UPDATE OF s;
WITH made AS (INSERT INTO inventory.reservation (id, expires_at, batched) VALUES (:res, now() + interval '15 min', false)),
     lines AS (INSERT INTO inventory.reservation_line (reservation_id, sku, location, quantity, backordered) VALUES (:res, :sku, 'default', 1, 0)),
     told AS (INSERT INTO inventory.movement (sku, location, kind, quantity, reserved, backordered, reference, actor, request_id)
              VALUES (:sku, 'default', 'reserved', 0, 1, 0, :res, 'customer', 'request'))
UPDATE inventory.stock_level SET reserved = reserved + 1, updated_at = now() WHERE sku = :sku AND location = 'default';
INSERT INTO checkout.attempt (id, cart_id, order_id, payment_id, reservation_id, snapshot, idempotency_key, idempotency_fingerprint, leased_until)
VALUES (:completion, :cart, :ord, :pay, :res, '{"lines": [{"sku": "a", "quantity": 1, "title": "Something with a title", "unit_price": 1000, "currency": "EUR"}], "email": "somebody@example.com"}',
        :completion, 'x', now() + interval '15 s') ON CONFLICT (cart_id, idempotency_key) DO NOTHING;
INSERT INTO payment.test_charge AS c (reference, currency, amount, state) VALUES (:pay, 'EUR', 1000, 'captured') ON CONFLICT (reference) DO UPDATE SET state = c.state RETURNING state;
UPDATE cart.cart SET status = 'completed', version = version + 1, updated_at = now() WHERE id = :cart AND status = 'completing';
WITH placed AS (INSERT INTO "order".orders (id, cart_id, token_hash, customer_id, email, currency, status, payment_status, shipping_method, subtotal, discount, shipping, tax, total)
                VALUES (:ord, :cart, '\x00', :customer, :customer || '@example.com', 'EUR', 'confirmed', 'captured', 'pickup', 1000, 0, 0, 0, 1000) RETURNING *),
     lines AS (INSERT INTO "order".line (id, order_id, position, variant_id, sku, title, quantity, unit_price, total, stock_taken, backordered_quantity, discount)
               SELECT :line::uuid, :ord::uuid, 1, variant_id, sku, 'Something with a title', 1, 1000, 1000, true, 0, 0 FROM cart.cart, jsonb_to_recordset(lines) AS l (variant_id uuid, sku text) WHERE id = :cart),
     told AS (INSERT INTO "order".history (order_id, event, actor, request_id, facts) VALUES (:ord, 'placed', 'customer', 'request', '{"status": "confirmed"}'))
SELECT * FROM placed;
WITH told AS (SELECT * FROM (VALUES (gen_random_uuid(), 'order.placed', :ord, 1::smallint, 1::bigint, '{"id": "an order", "total": 1000}', 1),
                                    (gen_random_uuid(), 'order.paid', :ord, 1::smallint, 1::bigint, '{"id": "an order", "total": 1000}', 2)) AS t (id, type, subject, bucket, version, data, n)),
     counted AS (INSERT INTO messaging.subject AS s (name, sequence) SELECT subject, count(*) FROM told GROUP BY subject
                 ON CONFLICT (name) DO UPDATE SET sequence = s.sequence + excluded.sequence RETURNING name, sequence)
INSERT INTO messaging.outbox (bucket, id, type, subject, sequence, version, data)
SELECT bucket, id, type, subject, c.sequence - count(*) OVER (PARTITION BY subject) + row_number() OVER (PARTITION BY subject ORDER BY n), version, data
  FROM told t JOIN counted c ON c.name = t.subject ORDER BY n;
UPDATE payment.payment SET state = 'captured', action = NULL, updated_at = now(), captured_amount = 1000 WHERE id = :pay AND state = 'pending';
WITH claimed AS (UPDATE inventory.reservation SET status = 'claimed', reference = :ord, claimed_by = 'customer', claimed_in = 'request' WHERE id = :res AND status = 'reserved' RETURNING id),
     locked AS (SELECT s.sku, s.location, l.quantity AS stock FROM claimed c JOIN inventory.reservation_line l ON l.reservation_id = c.id
                  JOIN inventory.stock_level s ON s.sku = l.sku AND s.location = l.location ORDER BY s.sku, s.location FOR UPDATE OF s),
     moved AS (INSERT INTO inventory.movement (sku, location, kind, quantity, reserved, reference, actor, request_id)
               SELECT sku, location, 'sold', -stock, -stock, :ord, 'customer', 'request' FROM locked)
UPDATE inventory.stock_level s SET on_hand = s.on_hand - l.stock, reserved = s.reserved - l.stock, updated_at = now() FROM locked l WHERE s.sku = l.sku AND s.location = l.location;
UPDATE checkout.attempt SET state = 'placed', attempts = 0, updated_at = now(), next_attempt_at = now() + interval '15 s', response_status = 201,
       response_body = '{"id": "an order", "lines": [{"sku": "a", "quantity": 1, "title": "Something with a title", "unit_price": 1000}], "total": 1000}'
 WHERE id = :completion AND state = 'reserved';
COMMIT;
