package io.fondaco.order;

import io.fondaco.customer.CustomerId;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.sql.SqlArrays;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.hibernate.Session;

/**
 * Inserts an order with its lines and the first entry of its history. One statement, through JDBC: with named
 * parameters it used the most CPU time of all statements of a checkout.
 */
@ApplicationScoped
class OrderInsert {
    private static final String INSERT = """
            WITH placed AS (
                INSERT INTO "order".orders
                       (id, cart_id, token_hash, customer_id, email, currency, status, payment_status,
                        shipping_address, billing_address, shipping_method,
                        subtotal, discount, shipping, tax, total, discounts)
                VALUES (?, ?, decode(?, 'hex'), ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ?, ?, ?, ?, ?::jsonb)
                RETURNING id, number, status, fulfillment_status, cancelled_amount, created_at, updated_at, version
            ), lines AS (
                INSERT INTO "order".line
                       (id, order_id, position, variant_id, sku, title, quantity, unit_price, total, stock_taken,
                        backordered_quantity, discount)
                SELECT l.id, p.id, l.position, l.variant_id, l.sku, l.title, l.quantity, l.unit_price,
                       l.unit_price * l.quantity, l.stock_taken, l.backordered, l.discount
                  FROM placed p,
                       unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::int[], ?::bigint[], ?::boolean[], ?::int[], ?::bigint[])
                       WITH ORDINALITY
                       AS l (id, variant_id, sku, title, quantity, unit_price, stock_taken, backordered, discount, position)
            ), history_entry AS (
                INSERT INTO "order".history (order_id, event, actor, request_id, facts)
                SELECT id, 'placed', 'customer', ?, jsonb_build_object('status', status) FROM placed
            )
            SELECT number, fulfillment_status, cancelled_amount, created_at, updated_at, version FROM placed
            """;

    private final EntityManager entities;
    private final OrderRowMapper rows;

    OrderInsert(EntityManager entities, OrderRowMapper rows) {
        this.entities = entities;
        this.rows = rows;
    }

    /** @param requestId the request id of the history entry */
    Order insert(
            NewOrder order, CustomerId customer, OrderStatus status, PaymentStatus paymentStatus, String requestId) {
        List<UUID> lineIds = order.lines().stream().map(_ -> TypeId.newUuid()).toList();
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                bindOrder(insert, order, customer, status, paymentStatus);
                bindLines(connection, insert, order, lineIds);
                insert.setString(27, requestId);
                try (ResultSet placed = insert.executeQuery()) {
                    placed.next();
                    return toPlaced(placed, order, lineIds, customer, status, paymentStatus);
                }
            }
        });
    }

    private void bindOrder(
            PreparedStatement insert,
            NewOrder order,
            CustomerId customer,
            OrderStatus status,
            PaymentStatus paymentStatus)
            throws SQLException {
        Totals totals = order.totals();
        insert.setObject(1, order.id().value());
        insert.setObject(2, order.cartId());
        insert.setString(3, order.tokenHash());
        insert.setObject(4, customer.value());
        insert.setString(5, order.email());
        insert.setString(6, totals.total().currency());
        insert.setString(7, status.column());
        insert.setString(8, paymentStatus.column());
        insert.setString(9, rows.write(order.addresses().shipping()));
        insert.setString(10, rows.write(order.addresses().billing()));
        insert.setString(11, order.shippingMethod());
        insert.setLong(12, totals.subtotal().amount());
        insert.setLong(13, totals.discount().amount());
        insert.setLong(14, totals.shipping().amount());
        insert.setLong(15, totals.tax().amount());
        insert.setLong(16, totals.total().amount());
        insert.setString(17, rows.write(order.discounts()));
    }

    private static void bindLines(Connection connection, PreparedStatement insert, NewOrder order, List<UUID> lineIds)
            throws SQLException {
        List<NewOrder.NewOrderLine> lines = order.lines();
        insert.setArray(18, connection.createArrayOf("uuid", lineIds.toArray()));
        insert.setArray(19, SqlArrays.ofColumn(connection, "uuid", lines, NewOrder.NewOrderLine::variantId));
        insert.setArray(20, SqlArrays.ofColumn(connection, "text", lines, NewOrder.NewOrderLine::sku));
        insert.setArray(21, SqlArrays.ofColumn(connection, "text", lines, NewOrder.NewOrderLine::title));
        insert.setArray(22, SqlArrays.ofColumn(connection, "int", lines, NewOrder.NewOrderLine::quantity));
        insert.setArray(23, SqlArrays.ofColumn(connection, "bigint", lines, newOrderLine -> newOrderLine
                .unitPrice()
                .amount()));
        insert.setArray(24, SqlArrays.ofColumn(connection, "boolean", lines, NewOrder.NewOrderLine::stockTaken));
        insert.setArray(25, SqlArrays.ofColumn(connection, "int", lines, order::backordered));
        insert.setArray(26, SqlArrays.ofColumn(connection, "bigint", lines, NewOrder.NewOrderLine::discountAmount));
    }

    private static Order toPlaced(
            ResultSet row,
            NewOrder order,
            List<UUID> lineIds,
            CustomerId customer,
            OrderStatus status,
            PaymentStatus paymentStatus)
            throws SQLException {
        return new Order(
                order.id(),
                row.getLong("number"),
                status,
                paymentStatus,
                FulfillmentStatus.ofColumn(row.getString("fulfillment_status")),
                customer,
                order.email(),
                IntStream.range(0, lineIds.size())
                        .mapToObj(index -> {
                            NewOrder.NewOrderLine newOrderLine = order.lines().get(index);
                            return toPlaced(lineIds.get(index), newOrderLine, order.backordered(newOrderLine));
                        })
                        .toList(),
                order.addresses(),
                order.shippingMethod(),
                order.totals(),
                order.discounts(),
                Money.of(row.getLong("cancelled_amount"), order.totals().total().currency()),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"));
    }

    private static OrderLine toPlaced(UUID id, NewOrder.NewOrderLine newOrderLine, int backordered) {
        return new OrderLine(
                new OrderLineId(id),
                newOrderLine.sku(),
                TypeId.format(OrderRowMapper.VARIANT_PREFIX, newOrderLine.variantId()),
                newOrderLine.title(),
                newOrderLine.quantity(),
                backordered,
                newOrderLine.unitPrice(),
                newOrderLine.unitPrice().times(newOrderLine.quantity()),
                Money.of(newOrderLine.discountAmount(), newOrderLine.unitPrice().currency()),
                0,
                0,
                0,
                0,
                0,
                newOrderLine.stockTaken(),
                0);
    }
}
