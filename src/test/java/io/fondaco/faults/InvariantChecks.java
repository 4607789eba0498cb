package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.embedded.ReplicatedPostgres;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * Checks by SQL that stock, money and orders agree after crashes and races (invariants I1, I2, I3 and I5). Each query
 * counts the rows that violate an invariant.
 */
public final class InvariantChecks {
    private static final Map<String, String> VIOLATION_QUERIES = violationQueries();

    private InvariantChecks() {}

    private static Map<String, String> violationQueries() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("stock below zero", """
                SELECT count(*) FROM inventory.stock_level
                 WHERE on_hand < reserved OR reserved < 0 OR (available < 0 AND backorder_limit = 0)
                """);
        all.put("reserved differs from the open reservations", """
                SELECT count(*) FROM inventory.stock_level s
                  LEFT JOIN (SELECT l.sku, l.location, sum(l.quantity - l.backordered) AS units
                               FROM inventory.reservation_line l JOIN inventory.reservation r ON r.id = l.reservation_id
                              WHERE r.status = 'reserved' OR r.ledger_pending GROUP BY l.sku, l.location) AS o
                       USING (sku, location)
                 WHERE s.reserved <> coalesce(o.units, 0)
                """);
        all.put("backordered differs from backorders and reservations", """
                SELECT count(*) FROM inventory.stock_level s
                  LEFT JOIN (SELECT sku, location, sum(units) AS units FROM (
                                    SELECT sku, location, waiting AS units FROM inventory.backorder
                                     UNION ALL
                                    SELECT l.sku, l.location, l.backordered FROM inventory.reservation_line l
                                      JOIN inventory.reservation r ON r.id = l.reservation_id
                                     WHERE r.status = 'reserved') AS p
                              GROUP BY sku, location) AS o
                       USING (sku, location)
                 WHERE s.backordered <> coalesce(o.units, 0)
                """);
        all.put("on hand differs from the ledger", """
                SELECT count(*) FROM inventory.stock_level s
                  LEFT JOIN (SELECT sku, location, sum(quantity) AS units FROM inventory.movement
                              GROUP BY sku, location) AS m
                       USING (sku, location)
                 WHERE s.on_hand <> coalesce(m.units, 0)
                """);
        all.put("sold units in the ledger differ from units in orders", """
                SELECT count(*) FROM (
                       SELECT sku, sum(quantity) AS units FROM inventory.movement
                        WHERE kind IN ('sold', 'restocked', 'filled') GROUP BY sku) AS m
                  FULL JOIN (
                       SELECT sku, sum(units) AS units FROM (
                              SELECT sku, restocked_quantity - quantity AS units FROM "order".line WHERE stock_taken
                               UNION ALL SELECT sku, waiting FROM inventory.backorder) AS u
                        GROUP BY sku) AS l USING (sku)
                 WHERE coalesce(m.units, 0) <> coalesce(l.units, 0)
                """);
        all.put("captured orders whose total differs from their payments", """
                SELECT count(*) FROM "order".orders o
                 WHERE o.status <> 'cancelled' AND o.payment_status = 'captured'
                   AND o.total - o.cancelled_amount <> (SELECT coalesce(sum(p.captured_amount - p.refunded_amount), 0)
                                                          FROM payment.payment p WHERE p.order_id = o.id)
                """);
        all.put("orders whose tax lines differ from their tax", """
                SELECT count(*) FROM "order".orders o
                 WHERE o.tax <> (SELECT coalesce(sum(cast(t #>> '{amount,amount}' AS bigint)), 0)
                                   FROM jsonb_array_elements(o.tax_lines) AS t)
                    OR o.tax <> (SELECT sum(l.tax) FROM "order".line l WHERE l.order_id = o.id)
                              + (SELECT coalesce(sum(cast(t #>> '{amount,amount}' AS bigint)), 0)
                                   FROM jsonb_array_elements(o.shipping_tax_lines) AS t)
                """);
        all.put("orders that give back more than they cost", """
                SELECT count(*) FROM "order".orders o
                 WHERE o.status <> 'cancelled'
                   AND o.total < (SELECT coalesce(sum(c.amount), 0) FROM "order".credit c
                                    WHERE c.order_id = o.id AND NOT c.failed)
                """);
        all.put("budgets of promotions that differ from their redemptions", """
                SELECT count(*) FROM promotion.budget b
                 WHERE b.used > b.amount
                    OR b.used <> (SELECT coalesce(sum(r.amount), 0) FROM promotion.redemption r
                                   WHERE r.promotion_id = b.promotion_id AND r.currency = b.currency)
                """);
        all.put("generated codes that are used by no order", """
                SELECT count(*) FROM promotion.code c
                 WHERE c.order_id IS NOT NULL AND NOT EXISTS (SELECT FROM "order".orders o WHERE o.id = c.order_id)
                """);
        all.put("provider charges that differ from their order", """
                SELECT count(*) FROM payment.test_charge c
                  JOIN payment.payment p ON p.reference = c.reference
                  LEFT JOIN "order".orders o ON o.id = p.order_id AND o.status <> 'cancelled'
                  LEFT JOIN (SELECT charge_reference, sum(amount) AS amount FROM payment.test_refund
                              GROUP BY charge_reference) AS r ON r.charge_reference = c.reference
                 WHERE c.state = 'captured' AND c.amount - coalesce(r.amount, 0) <> CASE
                       WHEN o.id IS NULL THEN 0
                       WHEN p.state = 'pending' THEN o.total
                       ELSE p.captured_amount - p.refunded_amount END
                """);
        all.put("paid orders without a captured charge at the provider", """
                SELECT count(*) FROM "order".orders o
                 WHERE o.payment_status IN ('captured', 'partially_refunded', 'refunded')
                   AND NOT EXISTS (SELECT FROM payment.payment p
                                     LEFT JOIN payment.test_charge c ON c.reference = p.reference
                                    WHERE p.order_id = o.id AND (p.provider <> 'test' OR c.state = 'captured'))
                """);
        all.put("orders charged twice", """
                SELECT count(*) FROM (SELECT order_id FROM payment.payment WHERE state = 'captured'
                                       GROUP BY order_id HAVING count(*) > 1) AS twice
                """);
        all.put("orders without a completed cart, or completed carts without an order", """
                SELECT count(*) FROM cart.cart c FULL JOIN "order".orders o ON o.cart_id = c.id
                 WHERE (c.status = 'completed') <> (o.id IS NOT NULL)
                """);
        all.put("unfinished checkout attempts", """
                SELECT count(*) FROM checkout.attempt WHERE state = 'reserved'
                """);
        all.put("carts that stay in status completing", "SELECT count(*) FROM cart.cart WHERE status = 'completing'");
        all.put("idempotency keys without a response", "SELECT count(*) FROM idempotency.request WHERE status IS NULL");
        all.put("pending refunds", "SELECT count(*) FROM payment.refund WHERE state = 'pending'");
        all.put("deadlocks", "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
        return all;
    }

    /** Waits until no query reports a violation. @param bound the time that recovery may take */
    public static void awaitNoViolations(ReplicatedPostgres database, Duration bound) {
        Awaitility.await().atMost(bound).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> assertThat(
                        violations(database))
                .isEmpty());
    }

    private static Map<String, String> violations(ReplicatedPostgres database) {
        Map<String, String> found = new LinkedHashMap<>();
        VIOLATION_QUERIES.forEach((invariant, query) -> {
            String count = database.primary().query(query);
            if (!count.equals("0")) {
                found.put(invariant, count);
            }
        });
        return found;
    }
}
