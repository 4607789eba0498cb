package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.customer.CustomerId;
import io.fondaco.order.OrderEntity.Amounts;
import io.fondaco.order.OrderLineEntity.OrderLineRow;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.web.Json;
import io.fondaco.platform.web.RequestId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The native SQL of this module: writes of an order together with its lines and its history, and of sets of lines. Each
 * method is one statement, in the caller's transaction.
 */
@ApplicationScoped
class OrderStatements {
    private final Sql sql;
    private final ObjectMapper json;
    private final RequestId requestId;

    OrderStatements(Sql sql, ObjectMapper json, RequestId requestId) {
        this.sql = sql;
        this.json = json;
        this.requestId = requestId;
    }

    /** The row of a new order. In JSON its columns have their names. */
    private record NewOrderRow(
            UUID id,
            UUID cartId,
            String tokenHash,
            UUID customerId,
            String email,
            String currency,
            String status,
            String paymentStatus,
            @Nullable PostalAddress shippingAddress,
            @Nullable PostalAddress billingAddress,
            @Nullable String shippingMethod,
            @JsonUnwrapped Amounts amounts,
            List<Discount> discounts,
            @JsonUnwrapped OrderTaxes taxes) {}

    /** What the database adds to a new order. */
    record PlacedRow(long number, String fulfillmentStatus, Instant createdAt, Instant updatedAt, long version) {}

    /** Units of a line that a refund pays back. */
    record RefundedUnitsRow(UUID lineId, int quantity, int unsent) {}

    /**
     * Inserts an order with its lines and the first entry of its history. The rows are passed as JSON, because a
     * parameter for each column and each array of the lines costs the application more CPU time.
     */
    PlacedRow insert(
            NewOrder order,
            CustomerId customer,
            OrderStatus status,
            PaymentStatus paymentStatus,
            List<OrderLineRow> lines,
            List<Discount> discounts) {
        NewOrderRow row = new NewOrderRow(
                order.id().value(),
                order.cartId(),
                order.tokenHash(),
                customer.value(),
                order.email(),
                order.totals().total().currency(),
                status.column(),
                paymentStatus.column(),
                order.addresses().shipping(),
                order.addresses().billing(),
                order.shippingMethod(),
                Amounts.of(order.totals()),
                discounts,
                order.taxes());
        return sql.query("""
                        WITH placed AS (
                            INSERT INTO "order".orders
                                   (id, cart_id, token_hash, customer_id, email, currency, status, payment_status,
                                    shipping_address, billing_address, shipping_method,
                                    subtotal, discount, shipping, tax, included_tax, rounding, total, discounts,
                                    tax_id, tax_exemption, prices_include_tax, tax_lines, shipping_tax_lines)
                            SELECT id, cart_id, decode(token_hash, 'hex'), customer_id, email, currency, status,
                                   payment_status, shipping_address, billing_address, shipping_method,
                                   subtotal, discount, shipping, tax, included_tax, rounding, total, discounts,
                                   tax_id, tax_exemption, prices_include_tax, tax_lines, shipping_tax_lines
                              FROM json_to_record(cast(:order AS json))
                                   AS o (id uuid, cart_id uuid, token_hash text, customer_id uuid, email text,
                                         currency text, status text, payment_status text, shipping_address jsonb,
                                         billing_address jsonb, shipping_method text, subtotal bigint, discount bigint,
                                         shipping bigint, tax bigint, included_tax bigint, rounding bigint,
                                         total bigint, discounts jsonb, tax_id text, tax_exemption text,
                                         prices_include_tax boolean, tax_lines jsonb, shipping_tax_lines jsonb)
                            RETURNING id, number, status, fulfillment_status, created_at, updated_at, version
                        ), lines AS (
                            INSERT INTO "order".line
                                   (id, order_id, position, variant_id, sku, title, quantity, unit_price, total,
                                    stock_taken, backordered_quantity, discount, price_includes_tax, tax,
                                    included_tax, tax_lines, rounding, price_list, price_list_name)
                            SELECT l.id, p.id, l.ordinality, l.variant_id, l.sku, l.title, l.quantity,
                                   l.unit_price, l.total, l.stock_taken, l.backordered_quantity, l.discount,
                                   l.price_includes_tax, l.tax, l.included_tax, l.tax_lines, l.rounding,
                                   l.price_list, l.price_list_name
                              FROM placed p,
                                   ROWS FROM (json_to_recordset(cast(:lines AS json))
                                              AS (id uuid, variant_id uuid, sku text, title text, quantity int,
                                                  unit_price bigint, total bigint, stock_taken boolean,
                                                  backordered_quantity int, discount bigint,
                                                  price_includes_tax boolean, tax bigint, included_tax bigint,
                                                  tax_lines jsonb, rounding bigint, price_list text,
                                                  price_list_name text))
                                   WITH ORDINALITY AS l
                        ), history_entry AS (
                            INSERT INTO "order".history (order_id, event, actor, request_id, facts)
                            SELECT id, 'placed', 'customer', :request, jsonb_build_object('status', status) FROM placed
                        )
                        SELECT number, fulfillment_status, created_at, updated_at, version FROM placed
                        """, PlacedRow.class)
                .setParameter("order", Json.write(json, row))
                .setParameter("lines", Json.write(json, lines))
                .setParameter("request", requestId.value())
                .getSingleResult();
    }

    /** Updates an order, except for its lines, and adds the history entry. */
    void update(OrderId order, OrderChange change) {
        sql.update("""
                        WITH changed AS (
                            UPDATE "order".orders
                               SET status = :status, payment_status = :payment, fulfillment_status = :fulfillment,
                                   cancelled_amount = cancelled_amount + :cancelled,
                                   version = version + 1, updated_at = now()
                             WHERE id = :id)
                        INSERT INTO "order".history (order_id, event, actor, request_id, facts)
                        VALUES (:id, :event, :actor, :request, cast(:facts AS jsonb))
                        """)
                .setParameter("status", change.status().column())
                .setParameter("payment", change.paymentStatus().column())
                .setParameter("fulfillment", change.fulfillmentStatus().column())
                .setParameter("cancelled", change.cancelledAmount().amount())
                .setParameter("id", order.value())
                .setParameter("event", change.event().column())
                .setParameter("actor", change.actor())
                .setParameter("request", requestId.value())
                .setParameter("facts", Json.write(json, change.facts()))
                .executeUpdate();
    }

    void updateLineQuantities(OrderId order, List<OrderLineChange> changes) {
        sql.update("""
                        UPDATE "order".line l
                           SET cancelled_quantity = l.cancelled_quantity + c.cancelled,
                               fulfilled_quantity = l.fulfilled_quantity + c.fulfilled,
                               refunded_quantity  = l.refunded_quantity + c.refunded,
                               returned_quantity  = l.returned_quantity + c.returned,
                               restocked_quantity = l.restocked_quantity + c.restocked,
                               refunded_unsent_quantity = l.refunded_unsent_quantity + c.refunded_unsent
                          FROM unnest(cast(:lines AS uuid[]), cast(:cancelled AS int[]), cast(:fulfilled AS int[]),
                                      cast(:refunded AS int[]), cast(:returned AS int[]), cast(:restocked AS int[]),
                                      cast(:refundedUnsent AS int[]))
                               AS c (id, cancelled, fulfilled, refunded, returned, restocked, refunded_unsent)
                         WHERE l.id = c.id AND l.order_id = :order
                        """)
                .setParameter("order", order.value())
                .setParameter("lines", ids(changes))
                .setParameter("cancelled", units(changes, OrderLineChange::cancelled))
                .setParameter("fulfilled", units(changes, OrderLineChange::fulfilled))
                .setParameter("refunded", units(changes, OrderLineChange::refunded))
                .setParameter("returned", units(changes, OrderLineChange::returned))
                .setParameter("restocked", units(changes, OrderLineChange::restocked))
                .setParameter("refundedUnsent", units(changes, OrderLineChange::refundedUnsent))
                .executeUpdate();
    }

    /** Replaces the backordered units of the lines whose units were taken from stock, by SKU. */
    void updateBackorders(OrderId order, Map<String, Integer> units) {
        sql.update("""
                        UPDATE "order".line l SET backordered_quantity = coalesce(b.units, 0)
                          FROM "order".line o
                          LEFT JOIN unnest(cast(:skus AS text[]), cast(:units AS int[])) AS b (sku, units)
                            ON b.sku = o.sku
                         WHERE l.id = o.id AND o.order_id = :order AND o.stock_taken
                        """)
                .setParameter("order", order.value())
                .setParameter("skus", units.keySet().toArray(String[]::new))
                .setParameter("units", units.values().toArray(Integer[]::new))
                .executeUpdate();
    }

    void insertRefundedUnits(UUID refund, List<OrderLineChange> refunded) {
        sql.update("""
                        INSERT INTO "order".refunded_units (refund_id, line_id, quantity, unsent)
                        SELECT :refund, c.id, c.refunded, least(c.refunded, greatest(0, c.unsent))
                          FROM unnest(cast(:lines AS uuid[]), cast(:refunded AS int[]), cast(:unsent AS int[]))
                               AS c (id, refunded, unsent)
                        """)
                .setParameter("refund", refund)
                .setParameter("lines", ids(refunded))
                .setParameter("refunded", units(refunded, OrderLineChange::refunded))
                .setParameter("unsent", units(refunded, OrderLineChange::refundedUnsent))
                .executeUpdate();
    }

    /** Marks the credit of a failed refund and returns the units that it paid back. */
    List<RefundedUnitsRow> revertRefund(UUID refund) {
        return sql.query("""
                        WITH reverted AS (UPDATE "order".credit SET failed = true WHERE refund_id = :refund)
                        SELECT line_id, quantity, unsent FROM "order".refunded_units WHERE refund_id = :refund
                        """, RefundedUnitsRow.class)
                .setParameter("refund", refund)
                .getResultList();
    }

    List<RefundedUnitsRow> listRefundedUnits(UUID refund) {
        return sql.query("""
                        SELECT line_id, quantity, unsent FROM "order".refunded_units WHERE refund_id = :refund
                        """, RefundedUnitsRow.class)
                .setParameter("refund", refund)
                .getResultList();
    }

    private static UUID[] ids(List<OrderLineChange> changes) {
        return changes.stream().map(change -> change.line().value()).toArray(UUID[]::new);
    }

    private static Integer[] units(List<OrderLineChange> changes, ToIntFunction<OrderLineChange> count) {
        return changes.stream().mapToInt(count).boxed().toArray(Integer[]::new);
    }
}
