package io.fondaco.order;

import io.fondaco.customer.CustomerId;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.RequestId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.ToIntFunction;

@ApplicationScoped
class PostgresOrders implements Orders {
    private final EntityManager entities;
    private final OrderRowMapper rows;
    private final OrderInsert insert;
    private final RequestId requestId;
    private final Outbox outbox;

    PostgresOrders(
            EntityManager entities, OrderRowMapper rows, OrderInsert insert, RequestId requestId, Outbox outbox) {
        this.entities = entities;
        this.rows = rows;
        this.insert = insert;
        this.requestId = requestId;
        this.outbox = outbox;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Order place(NewOrder order, CustomerId customer, OrderStatus status, PaymentStatus paymentStatus) {
        Order placed = insert.insert(order, customer, status, paymentStatus, requestId.value());
        outbox.publish(List.of(OrderEventType.PLACED.newEvent(placed, Map.of())));
        return placed;
    }

    @Override
    public Optional<Order> find(OrderId id) {
        return load(id, "");
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Order lock(OrderId id) {
        return load(id, " FOR UPDATE").orElseThrow(() -> ApiException.notFound("order", id.toString()));
    }

    private Optional<Order> load(OrderId id, String lock) {
        List<?> found = entities.createNativeQuery(
                        "SELECT " + OrderRowMapper.ORDER_COLUMNS + " FROM \"order\".orders WHERE id = :id" + lock,
                        Tuple.class)
                .setParameter("id", id.value())
                .getResultList();
        return found.stream().findFirst().map(row -> rows.order((Tuple) row, lines(id, (Tuple) row)));
    }

    private List<OrderLine> lines(OrderId id, Tuple order) {
        String currency = order.get("currency", String.class);
        List<OrderLine> lines = new ArrayList<>();
        for (Object row : entities.createNativeQuery(
                        "SELECT " + OrderRowMapper.LINE_COLUMNS
                                + " FROM \"order\".line WHERE order_id = :id ORDER BY position",
                        Tuple.class)
                .setParameter("id", id.value())
                .getResultList()) {
            lines.add(rows.line((Tuple) row, currency));
        }
        return lines;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Order apply(Order locked, OrderChange change) {
        if (locked.status() != change.status() && !locked.status().canTransitionTo(change.status())) {
            throw ApiException.conflict(
                    "invalid_order_status",
                    "An order with status %s cannot change to %s."
                            .formatted(locked.status().column(), change.status().column()));
        }
        entities.createNativeQuery("""
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
                .setParameter("id", locked.id().value())
                .setParameter("event", change.event().column())
                .setParameter("actor", change.actor())
                .setParameter("request", requestId.value())
                .setParameter("facts", rows.write(change.facts()))
                .executeUpdate();
        if (!change.lines().isEmpty()) {
            updateLineQuantities(locked.id(), change.lines());
        }
        Order changed = find(locked.id()).orElseThrow();
        outbox.publish(List.of(change.event().newEvent(changed, change.facts())));
        return changed;
    }

    private void updateLineQuantities(OrderId order, List<OrderLineChange> changes) {
        entities.createNativeQuery("""
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

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void recordRefundedUnits(UUID refund, List<OrderLineChange> changes) {
        List<OrderLineChange> refunded =
                changes.stream().filter(change -> change.refunded() > 0).toList();
        if (refunded.isEmpty()) {
            return;
        }
        entities.createNativeQuery("""
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

    @Override
    public List<OrderLineChange> changesForFailedRefund(Order locked, UUID refund) {
        List<?> found = entities.createNativeQuery("""
                        SELECT line_id, quantity, unsent FROM "order".refunded_units WHERE refund_id = :refund
                        """, Tuple.class)
                .setParameter("refund", refund)
                .getResultList();
        return found.stream()
                .map(Tuple.class::cast)
                .map(row -> locked.line(new OrderLineId(row.get("line_id", UUID.class)))
                        .revertRefund(OrderRowMapper.intValue(row, "quantity"), OrderRowMapper.intValue(row, "unsent")))
                .toList();
    }

    private static UUID[] ids(List<OrderLineChange> changes) {
        return changes.stream().map(change -> change.line().value()).toArray(UUID[]::new);
    }

    private static Integer[] units(List<OrderLineChange> changes, ToIntFunction<OrderLineChange> count) {
        return changes.stream().mapToInt(count).boxed().toArray(Integer[]::new);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Order updateBackorders(OrderId order, Map<String, Integer> units) {
        entities.createNativeQuery("""
                        UPDATE "order".line l SET backordered_quantity = coalesce(b.units, 0)
                          FROM "order".line o
                          LEFT JOIN unnest(cast(:skus AS text[]), cast(:units AS int[])) AS b (sku, units) ON b.sku = o.sku
                         WHERE l.id = o.id AND o.order_id = :order AND o.stock_taken
                        """)
                .setParameter("order", order.value())
                .setParameter("skus", units.keySet().toArray(String[]::new))
                .setParameter("units", units.values().toArray(Integer[]::new))
                .executeUpdate();
        return find(order).orElseThrow();
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void addFulfillment(OrderId order, Fulfillment fulfillment) {
        entities.createNativeQuery("""
                        INSERT INTO "order".fulfillment (id, order_id, lines, carrier, tracking_number, tracking_url)
                        VALUES (:id, :order, cast(:lines AS jsonb), cast(:carrier AS text), cast(:number AS text),
                                cast(:url AS text))
                        """)
                .setParameter("id", fulfillment.id().value())
                .setParameter("order", order.value())
                .setParameter("lines", rows.write(fulfillment.lines()))
                .setParameter("carrier", fulfillment.carrier())
                .setParameter("number", fulfillment.trackingNumber())
                .setParameter("url", fulfillment.trackingUrl())
                .executeUpdate();
    }

    @Override
    public List<Fulfillment> fulfillments(OrderId id) {
        List<?> found = entities.createNativeQuery("""
                        SELECT id, cast(lines AS text) AS lines, carrier, tracking_number, tracking_url, created_at
                          FROM "order".fulfillment WHERE order_id = :id ORDER BY id
                        """, Tuple.class)
                .setParameter("id", id.value())
                .getResultList();
        return found.stream().map(row -> rows.fulfillment((Tuple) row)).toList();
    }

    @Override
    public List<OrderEvent> history(OrderId id) {
        List<?> found = entities.createNativeQuery("""
                        SELECT event, actor, request_id, at, cast(facts AS text) AS facts
                          FROM "order".history WHERE order_id = :id ORDER BY id
                        """, Tuple.class)
                .setParameter("id", id.value())
                .getResultList();
        return found.stream().map(row -> rows.event((Tuple) row)).toList();
    }

    @Override
    public List<OrderHistoryRow> history(OrderId id, Instant at, long after, int limit) {
        List<?> found = entities.createNativeQuery("""
                        SELECT id, event, actor, request_id, at, cast(facts AS text) AS facts
                          FROM "order".history WHERE order_id = :order AND (at, id) > (:at, :after)
                         ORDER BY at, id LIMIT :limit
                        """, Tuple.class)
                .setParameter("order", id.value())
                .setParameter("at", at)
                .setParameter("after", after)
                .setParameter("limit", limit)
                .getResultList();
        return found.stream()
                .map(Tuple.class::cast)
                .map(row -> new OrderHistoryRow(row.get("id", Number.class).longValue(), rows.event(row)))
                .toList();
    }

    /** The order, if the token belongs to it. */
    Optional<Order> findByToken(OrderId id, String token) {
        List<?> hashes =
                entities.createNativeQuery("""
                        SELECT encode(token_hash, 'hex') FROM "order".orders WHERE id = :id
                        """).setParameter("id", id.value()).getResultList();
        String presented = HexFormat.of().formatHex(Secret.hash(token));
        return hashes.contains(presented) ? find(id) : Optional.empty();
    }

    /** A page of orders, newest first, with one row more than the limit. One statement. */
    List<OrderSummary> list(OrderFilter filter) {
        Map<String, Object> values = filter.parameters();
        var query = entities.createNativeQuery(
                "SELECT " + OrderRowMapper.ORDER_COLUMNS + " FROM \"order\".orders " + filter.whereClause()
                        + " ORDER BY created_at DESC, id DESC LIMIT :limit",
                Tuple.class);
        values.forEach(query::setParameter);
        List<?> found = query.getResultList();
        return found.stream().map(row -> rows.summary((Tuple) row)).toList();
    }
}
