package io.fondaco.order;

import io.fondaco.customer.CustomerId;
import io.fondaco.order.NewOrder.NewOrderLine;
import io.fondaco.order.OrderLineEntity.OrderLineRow;
import io.fondaco.order.OrderStatements.PlacedRow;
import io.fondaco.order.OrderStatements.RefundedUnitsRow;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.fondaco.tax.TaxLine;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

@ApplicationScoped
class PostgresOrders implements Orders {
    private final OrderRepository repository;
    private final OrderStatements statements;
    private final Outbox outbox;

    PostgresOrders(OrderRepository repository, OrderStatements statements, Outbox outbox) {
        this.repository = repository;
        this.statements = statements;
        this.outbox = outbox;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Order place(NewOrder order, CustomerId customer, OrderStatus status, PaymentStatus paymentStatus) {
        String currency = order.totals().total().currency();
        List<Long> rounding = order.roundingOfLines();
        List<OrderLineRow> lines = IntStream.range(0, order.lines().size())
                .mapToObj(index -> {
                    NewOrderLine line = order.lines().get(index);
                    return OrderLineRow.of(line, order.backordered(line), rounding.get(index));
                })
                .toList();
        List<String> lineIds = lines.stream()
                .map(line -> new OrderLineId(line.id()).toString())
                .toList();
        List<Discount> discounts = order.discounts().stream()
                .map(discount -> discount.toDiscount(lineIds))
                .toList();
        PlacedRow row = statements.insert(order, customer, status, paymentStatus, lines, discounts);
        Order placed = new Order(
                order.id(),
                row.number(),
                status,
                paymentStatus,
                FulfillmentStatus.ofColumn(row.fulfillmentStatus()),
                customer,
                order.email(),
                lines.stream().map(line -> line.toLine(currency)).toList(),
                order.addresses(),
                order.shippingMethod(),
                order.totals(),
                discounts,
                order.taxes(),
                Money.zero(currency),
                row.createdAt(),
                row.updatedAt(),
                row.version());
        outbox.publish(List.of(OrderEventType.PLACED.newEvent(placed, Map.of())));
        return placed;
    }

    @Override
    public Optional<Order> find(OrderId id) {
        return repository.find(id);
    }

    @Override
    public boolean hasOrders(String email) {
        return repository.hasOrders(email);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Order lock(OrderId id) {
        return repository.lock(id).orElseThrow(() -> ApiException.notFound("order", id.toString()));
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
        OrderChange recorded = recordCredit(locked, change);
        statements.update(locked.id(), recorded);
        if (!change.lines().isEmpty()) {
            statements.updateLineQuantities(locked.id(), change.lines());
        }
        Order changed = find(locked.id()).orElseThrow();
        outbox.publish(List.of(recorded.event().newEvent(changed, recorded.facts())));
        return changed;
    }

    /** Records what of a credit is tax. @return the change that states the taxes of a refund */
    private OrderChange recordCredit(Order locked, OrderChange change) {
        if (change.credit().isEmpty() || locked.taxes().taxLines().isEmpty()) {
            return change;
        }
        Optional<UUID> refund = change.credit().get().refund();
        TaxedPrice taxed = change.taxedCredit(locked, repository.sumCredits(locked));
        repository.insertCredit(locked.id(), refund, taxed);
        return refund.isPresent() ? change.withTaxLines(taxed.taxLines()) : change;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void recordRefundedUnits(UUID refund, List<OrderLineChange> changes) {
        List<OrderLineChange> refunded =
                changes.stream().filter(change -> change.refunded() > 0).toList();
        if (!refunded.isEmpty()) {
            statements.insertRefundedUnits(refund, refunded);
        }
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public List<OrderLineChange> revertRefund(Order locked, UUID refund) {
        return statements.revertRefund(refund).stream()
                .map(units ->
                        locked.line(new OrderLineId(units.lineId())).revertRefund(units.quantity(), units.unsent()))
                .toList();
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void recordRefund(Order locked, UUID refund, Money amount) {
        recordCredit(locked, locked.refundedAtProvider(locked.paymentStatus()).withRefund(refund, amount));
    }

    @Override
    public Map<UUID, List<TaxLine>> listRefundTaxes(Order order) {
        return order.taxes().taxLines().isEmpty() ? Map.of() : repository.listRefundTaxes(order.id());
    }

    @Override
    public TaxedPrice findUncollected(Order order) {
        return order.taxes().taxLines().isEmpty()
                ? TaxedPrice.zero(order.totals().total().currency())
                : repository.sumUncollected(order);
    }

    @Override
    public Map<OrderLineId, Integer> listRefundedUnits(UUID refund) {
        return statements.listRefundedUnits(refund).stream()
                .collect(Collectors.toMap(units -> new OrderLineId(units.lineId()), RefundedUnitsRow::quantity));
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Order updateBackorders(OrderId order, Map<String, Integer> units) {
        statements.updateBackorders(order, units);
        return find(order).orElseThrow();
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void addFulfillment(OrderId order, Fulfillment fulfillment) {
        repository.insertFulfillment(order, fulfillment);
    }

    @Override
    public List<Fulfillment> fulfillments(OrderId id) {
        return repository.listFulfillments(id);
    }

    @Override
    public List<OrderEvent> history(OrderId id) {
        return repository.listHistory(id);
    }

    @Override
    public List<OrderHistoryRow> history(OrderId id, Instant at, long after, int limit) {
        return repository.listHistoryAfter(id, at, after, limit);
    }

    /** The order, if the token belongs to it. */
    Optional<Order> findByToken(OrderId id, String token) {
        return repository.findByTokenHash(id, Secret.hash(token));
    }
}
