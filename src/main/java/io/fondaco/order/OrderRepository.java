package io.fondaco.order;

import io.fondaco.order.OrderEntity.Amounts;
import io.fondaco.order.OrderEntity.OrderRow;
import io.fondaco.order.OrderLineEntity.OrderLineRow;
import io.fondaco.order.Orders.OrderEvent;
import io.fondaco.order.Orders.OrderHistoryRow;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.tax.TaxLine;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.Mutability;
import org.hibernate.query.SelectionQuery;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.java.Immutability;
import org.jspecify.annotations.Nullable;

/**
 * Orders with their lines, fulfillments and history in Postgres. Every read is a projection: a managed entity would
 * hide what {@link OrderStatements} or another transaction has written meanwhile.
 */
@ApplicationScoped
class OrderRepository implements PanacheRepositoryBase<OrderEntity, UUID> {
    private static final String SELECT_ORDER = """
            select id, number, status, paymentStatus, fulfillmentStatus, customerId, email, currency, shippingAddress,
                   billingAddress, shippingMethod, amounts, discounts, taxId, taxExemption, pricesIncludeTax, taxLines,
                   shippingTaxLines, cancelledAmount, createdAt, updatedAt, version
              from OrderEntity where\s""";
    private static final String SELECT_SUMMARY = """
            select id, number, status, paymentStatus, fulfillmentStatus, email, currency, amounts, createdAt
              from OrderEntity\s""";

    /** The stored {@link Fulfillment}. It never changes. */
    @Entity(name = "FulfillmentEntity")
    @Immutable
    @Table(schema = "\"order\"", name = "fulfillment")
    static class FulfillmentEntity {
        @Id
        UUID id;

        @Column(name = "order_id")
        UUID orderId;

        @JdbcTypeCode(SqlTypes.JSON)
        @Mutability(Immutability.class)
        List<Fulfillment.Line> lines;

        @Nullable
        String carrier;

        @Column(name = "tracking_number")
        @Nullable
        String trackingNumber;

        @Column(name = "tracking_url")
        @Nullable
        String trackingUrl;

        /** Written by the database. */
        @Column(name = "created_at", insertable = false)
        Instant createdAt;

        static FulfillmentEntity create(OrderId order, Fulfillment fulfillment) {
            FulfillmentEntity created = new FulfillmentEntity();
            created.id = fulfillment.id().value();
            created.orderId = order.value();
            created.lines = fulfillment.lines();
            created.carrier = fulfillment.carrier();
            created.trackingNumber = fulfillment.trackingNumber();
            created.trackingUrl = fulfillment.trackingUrl();
            return created;
        }
    }

    private record FulfillmentRow(
            UUID id,
            List<Fulfillment.Line> lines,
            @Nullable String carrier,
            @Nullable String trackingNumber,
            @Nullable String trackingUrl,
            Instant createdAt) {

        Fulfillment toFulfillment() {
            return new Fulfillment(new FulfillmentId(id), lines, carrier, trackingNumber, trackingUrl, createdAt);
        }
    }

    /** The stored {@link OrderChange.Credit} with its taxes. {@link OrderStatements} marks it if its refund fails. */
    @Entity(name = "OrderCreditEntity")
    @Immutable
    @Table(schema = "\"order\"", name = "credit")
    static class OrderCreditEntity {
        @Id
        UUID id;

        @Column(name = "order_id")
        UUID orderId;

        @Column(name = "refund_id")
        @Nullable
        UUID refundId;

        long amount;

        @Column(name = "tax_lines")
        @JdbcTypeCode(SqlTypes.JSON)
        @Mutability(Immutability.class)
        List<TaxLine> taxLines;

        boolean failed;
    }

    private record CreditRow(@Nullable UUID refundId, long amount, List<TaxLine> taxLines, boolean failed) {}

    /** The stored {@link OrderEvent}. {@link OrderStatements} adds it in the statement that changes the order. */
    @Entity(name = "OrderHistoryEntity")
    @Immutable
    @Table(schema = "\"order\"", name = "history")
    static class OrderHistoryEntity {
        @Id
        long id;

        @Column(name = "order_id")
        UUID orderId;

        String event;

        String actor;

        @Column(name = "request_id")
        String requestId;

        Instant at;

        @JdbcTypeCode(SqlTypes.JSON)
        @Mutability(Immutability.class)
        Map<String, Object> facts;
    }

    private record HistoryRow(
            long id, String event, String actor, String requestId, Instant at, Map<String, Object> facts) {
        OrderEvent toEvent() {
            return new OrderEvent(event, actor, requestId, at, facts);
        }
    }

    /** An order in a list. */
    record OrderSummaryRow(
            UUID id,
            long number,
            String status,
            String paymentStatus,
            String fulfillmentStatus,
            String email,
            String currency,
            Amounts amounts,
            Instant createdAt) {}

    /** The filter of an order list. Its query contains only the requested conditions, so that an index can serve it. */
    record OrderFilter(
            Optional<OrderStatus> status,
            Optional<String> email,
            Optional<Long> number,
            Optional<Instant> createdFrom,
            Optional<Instant> createdBefore,
            Optional<PageCursor> cursor,
            int limit) {
        private static final String SORT = "-created_at";
        private static final int CURSOR_KEYS = 2;

        static Optional<PageCursor> cursor(@Nullable String text) {
            return PageCursor.decode(text, SORT, CURSOR_KEYS);
        }

        static PageCursor cursorAfter(OrderSummaryRow last) {
            return PageCursor.of(SORT, last.createdAt().toString(), last.id().toString());
        }

        private String whereClause() {
            List<String> conditions = new ArrayList<>();
            status.ifPresent(_ -> conditions.add("status = :status"));
            email.ifPresent(_ -> conditions.add("lower(email) = lower(:email)"));
            number.ifPresent(_ -> conditions.add("number = :number"));
            createdFrom.ifPresent(_ -> conditions.add("createdAt >= :createdFrom"));
            createdBefore.ifPresent(_ -> conditions.add("createdAt < :createdBefore"));
            cursor.ifPresent(_ -> conditions.add("(createdAt, id) < (:cursorCreated, :cursorId)"));
            return conditions.isEmpty() ? "" : "where " + String.join(" and ", conditions);
        }

        private Map<String, Object> parameters() {
            Map<String, Object> values = new LinkedHashMap<>();
            status.ifPresent(value -> values.put("status", value.column()));
            email.ifPresent(value -> values.put("email", value));
            number.ifPresent(value -> values.put("number", value));
            createdFrom.ifPresent(value -> values.put("createdFrom", value));
            createdBefore.ifPresent(value -> values.put("createdBefore", value));
            cursor.ifPresent(pageCursor -> putCursor(values, pageCursor));
            return values;
        }

        private static void putCursor(Map<String, Object> values, PageCursor pageCursor) {
            try {
                values.put("cursorCreated", Instant.parse(pageCursor.keys().getFirst()));
                values.put("cursorId", UUID.fromString(pageCursor.keys().getLast()));
            } catch (DateTimeParseException | IllegalArgumentException _) {
                throw PageCursor.invalidCursor();
            }
        }
    }

    /** Whether there is an order with this e-mail address that was not cancelled. */
    boolean hasOrders(String email) {
        return find(
                        "select id from OrderEntity where lower(email) = lower(:email) and status <> :cancelled",
                        Map.of("email", email, "cancelled", OrderStatus.CANCELLED.column()))
                .project(UUID.class)
                .page(0, 1)
                .list()
                .stream()
                .findFirst()
                .isPresent();
    }

    /** Two statements. */
    Optional<Order> find(OrderId id) {
        return withLines(select("id = :id", Map.of("id", id.value())));
    }

    /** The order, if this is the hash of its token. Two statements. */
    Optional<Order> findByTokenHash(OrderId id, byte[] tokenHash) {
        return withLines(
                select("id = :id and tokenHash = :tokenHash", Map.of("id", id.value(), "tokenHash", tokenHash)));
    }

    /** The order, locked until the transaction ends. Two statements. */
    Optional<Order> lock(OrderId id) {
        return withLines(select("id = :id", Map.of("id", id.value())).withLock(LockModeType.PESSIMISTIC_WRITE));
    }

    private PanacheQuery<OrderRow> select(String condition, Map<String, Object> parameters) {
        return find(SELECT_ORDER + condition, parameters).project(OrderRow.class);
    }

    private Optional<Order> withLines(PanacheQuery<OrderRow> query) {
        return query.singleResultOptional().map(row -> row.toOrder(listLines(row)));
    }

    private List<OrderLine> listLines(OrderRow order) {
        return getSession()
                .createSelectionQuery("""
                        select id, variantId, sku, title, quantity, backorderedQuantity, unitPrice, priceIncludesTax,
                               priceList, priceListName, total, discount, taxLines, tax, includedTax, rounding,
                               cancelledQuantity, fulfilledQuantity, refundedQuantity, returnedQuantity,
                               restockedQuantity, stockTaken, refundedUnsentQuantity
                          from OrderLineEntity where orderId = :order order by position
                        """, OrderLineRow.class)
                .setParameter("order", order.id())
                .getResultList()
                .stream()
                .map(row -> row.toLine(order.currency()))
                .toList();
    }

    /** A page of orders, newest first, with one row more than the limit. One statement. */
    List<OrderSummaryRow> list(OrderFilter filter) {
        return find(SELECT_SUMMARY + filter.whereClause() + " order by createdAt desc, id desc", filter.parameters())
                .project(OrderSummaryRow.class)
                .range(0, filter.limit())
                .list();
    }

    /** The sum of the credits of an order, without those of failed refunds. One statement. */
    TaxedPrice sumCredits(Order order) {
        return sumCredits(order, credit -> !credit.failed());
    }

    /** The sum of the credits of an order that are no refunds. One statement. */
    TaxedPrice sumUncollected(Order order) {
        return sumCredits(order, credit -> credit.refundId() == null);
    }

    private TaxedPrice sumCredits(Order order, Predicate<CreditRow> filter) {
        String currency = order.totals().total().currency();
        return listCredits(order.id()).stream()
                .filter(filter)
                .map(credit -> new TaxedPrice(Money.of(credit.amount(), currency), credit.taxLines()))
                .reduce(TaxedPrice.zero(currency), TaxedPrice::plus);
    }

    /** The taxes in each refund, failed or not, by the id of the refund. One statement. */
    Map<UUID, List<TaxLine>> listRefundTaxes(OrderId order) {
        Map<UUID, List<TaxLine>> taxes = new HashMap<>();
        for (CreditRow credit : listCredits(order)) {
            if (credit.refundId() != null) {
                taxes.put(credit.refundId(), credit.taxLines());
            }
        }
        return taxes;
    }

    private List<CreditRow> listCredits(OrderId order) {
        return getSession()
                .createSelectionQuery("""
                        select refundId, amount, taxLines, failed from OrderCreditEntity
                         where orderId = :order order by id
                        """, CreditRow.class)
                .setParameter("order", order.value())
                .getResultList();
    }

    /** One statement. */
    void insertCredit(OrderId order, Optional<UUID> refund, TaxedPrice credit) {
        OrderCreditEntity created = new OrderCreditEntity();
        created.id = TypeId.newUuid();
        created.orderId = order.value();
        created.refundId = refund.orElse(null);
        created.amount = credit.amount().amount();
        created.taxLines = credit.taxLines();
        getSession().persist(created);
        flush();
    }

    /** One statement. */
    void insertFulfillment(OrderId order, Fulfillment fulfillment) {
        getSession().persist(FulfillmentEntity.create(order, fulfillment));
        flush();
        flush();
    }

    /** Oldest first. One statement. */
    List<Fulfillment> listFulfillments(OrderId order) {
        return getSession()
                .createSelectionQuery("""
                        select id, lines, carrier, trackingNumber, trackingUrl, createdAt from FulfillmentEntity
                         where orderId = :order order by id
                        """, FulfillmentRow.class)
                .setParameter("order", order.value())
                .getResultList()
                .stream()
                .map(FulfillmentRow::toFulfillment)
                .toList();
    }

    /** Oldest first. One statement. */
    List<OrderEvent> listHistory(OrderId order) {
        return selectHistory(order, "order by id").getResultList().stream()
                .map(HistoryRow::toEvent)
                .toList();
    }

    /** The history after an entry, oldest first. One statement. */
    List<OrderHistoryRow> listHistoryAfter(OrderId order, Instant at, long id, int limit) {
        return selectHistory(order, "and (at, id) > (:at, :id) order by at, id")
                .setParameter("at", at)
                .setParameter("id", id)
                .setMaxResults(limit)
                .getResultList()
                .stream()
                .map(row -> new OrderHistoryRow(row.id(), row.toEvent()))
                .toList();
    }

    private SelectionQuery<HistoryRow> selectHistory(OrderId order, String rest) {
        return getSession()
                .createSelectionQuery(
                        "select id, event, actor, requestId, at, facts from OrderHistoryEntity where orderId = :order "
                                + rest,
                        HistoryRow.class)
                .setParameter("order", order.value());
    }
}
