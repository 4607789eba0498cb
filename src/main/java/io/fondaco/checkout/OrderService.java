package io.fondaco.checkout;

import io.fondaco.checkout.OrderActionRequests.CancelRequest;
import io.fondaco.checkout.OrderActionRequests.FulfillmentRequest;
import io.fondaco.checkout.OrderActionRequests.RefundRequest;
import io.fondaco.checkout.OrderActionRequests.ReturnRequest;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.StockQuantity;
import io.fondaco.order.Fulfillment;
import io.fondaco.order.FulfillmentId;
import io.fondaco.order.FulfillmentStatus;
import io.fondaco.order.Order;
import io.fondaco.order.OrderChange;
import io.fondaco.order.OrderId;
import io.fondaco.order.OrderLine;
import io.fondaco.order.OrderLineChange;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.Orders;
import io.fondaco.order.PaymentStatus;
import io.fondaco.payment.ExternalRefund;
import io.fondaco.payment.ExternalRefundResult;
import io.fondaco.payment.Payment;
import io.fondaco.payment.PaymentId;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentResult;
import io.fondaco.payment.PaymentState;
import io.fondaco.payment.Payments;
import io.fondaco.payment.Refund;
import io.fondaco.payment.RefundResult;
import io.fondaco.platform.idempotency.Idempotency;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.idempotency.IdempotentResponse;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the staff does with an order: each verb is one transaction that claims the key, locks the order, then
 * coupons, the payment, then the stock, and stores the answer. Money that goes back is written down here and sent afterwards.
 */
@RetriedWrites
@ApplicationScoped
class OrderService {
    private static final String SYSTEM = "system";

    private final Idempotency idempotency;
    private final Orders orders;
    private final Payments payments;
    private final Inventory inventory;
    private final ResponseJson responseJson;
    private final CouponRedemptions coupons;

    OrderService(
            Idempotency idempotency,
            Orders orders,
            Payments payments,
            Inventory inventory,
            ResponseJson responseJson,
            CouponRedemptions coupons) {
        this.idempotency = idempotency;
        this.orders = orders;
        this.payments = payments;
        this.inventory = inventory;
        this.responseJson = responseJson;
        this.coupons = coupons;
    }

    /**
     * What a verb did, and what is left to do once it has committed.
     *
     * @param refundToSend to be sent to its provider
     * @param paymentToVoid to be voided at its provider
     */
    record OrderActionResult(
            IdempotentResponse response,
            boolean replayed,
            Optional<Refund> refundToSend,
            Optional<Payment> paymentToVoid) {
        static OrderActionResult replay(IdempotentResponse answer) {
            return new OrderActionResult(answer, true, Optional.empty(), Optional.empty());
        }
    }

    Optional<AdminOrderView> view(OrderId id) {
        return orders.find(id).map(this::view);
    }

    private AdminOrderView view(Order order) {
        return new AdminOrderView(
                order,
                payments.listByOrder(order.id().value()),
                payments.listRefundsByOrder(order.id().value()),
                orders.fulfillments(order.id()),
                orders.history(order.id()),
                order.lines().stream().anyMatch(line -> line.backorderedQuantity() > 0)
                        ? inventory.backordersOf(order.id().toString())
                        : List.of());
    }

    @Transactional
    OrderActionResult cancel(OrderId id, IdempotencyKey key, String actor, CancelRequest request) {
        Optional<IdempotentResponse> answered = idempotency.claim(key);
        if (answered.isPresent()) {
            return OrderActionResult.replay(answered.get());
        }
        Order order = orders.lock(id);
        requireConfirmed(order);
        Map<OrderLine, Integer> units = OrderLineQuantities.toCancel(order, request.lines());
        Map<OrderLine, OrderLineChange> changes = OrderLineQuantities.changes(units, OrderLine::cancel);
        boolean whole = cancelsWholeOrder(order, changes);
        if (whole) {
            coupons.release(order);
        }
        Money value = whole ? order.currentTotal() : OrderLineQuantities.refundAmount(order, changes);
        Payment payment = payment(order);
        Money captured = payment.captured().minus(payment.refunded());
        Money back = value.amount() < captured.amount() ? value : captured;
        Optional<Refund> refund = back.amount() > 0 ? Optional.of(refund(payment, back, changes)) : Optional.empty();
        boolean voids = whole
                && payment.state() == PaymentState.AUTHORIZED
                && payments.recordResult(payment.id(), PaymentResult.of(PaymentOutcome.VOIDED));
        if (voids) {
            payments.scheduleVoid(payment.id());
        }
        FulfillmentStatus fulfillment = fulfillmentStatusAfter(order, changes);
        PaymentStatus paid = voids
                ? PaymentStatus.VOIDED
                : refund.isPresent() ? paymentStatusAfter(payment, back) : order.paymentStatus();
        Order changed = orders.apply(
                order,
                new OrderChange(
                        whole ? OrderStatus.CANCELLED : orderStatusAfter(order.status(), fulfillment, paid),
                        paid,
                        fulfillment,
                        whole ? order.currentTotal() : OrderLineQuantities.cancelledAmount(order, changes),
                        List.copyOf(changes.values()),
                        "cancelled",
                        actor,
                        facts(request.reason(), units, refund)));
        restock(changed, changes);
        return storeResponse(key, 200, changed, refund, voids ? Optional.of(payment) : Optional.empty());
    }

    /** Whether nothing is left to be sent, and nothing was sent. */
    private static boolean cancelsWholeOrder(Order order, Map<OrderLine, OrderLineChange> changes) {
        return OrderLineQuantities.openQuantityAfter(order, changes) == 0
                && OrderLineQuantities.nothingFulfilled(order);
    }

    /** How far the order is sent once units were taken off what is to be sent. */
    private static FulfillmentStatus fulfillmentStatusAfter(Order order, Map<OrderLine, OrderLineChange> changes) {
        return OrderLineQuantities.openQuantityAfter(order, changes) == 0
                        && !OrderLineQuantities.nothingFulfilled(order)
                ? FulfillmentStatus.FULFILLED
                : order.fulfillmentStatus();
    }

    /** Writes down money that goes back, and the units whose price it is. */
    private Refund refund(Payment payment, Money amount, Map<OrderLine, OrderLineChange> changes) {
        Refund refund = payments.createRefund(payment.id(), amount);
        orders.recordRefundedUnits(refund.id().value(), List.copyOf(changes.values()));
        return refund;
    }

    /** The answer for an order that lost its pending payment, and with it everything else. */
    @Transactional
    IdempotentResponse alreadyCancelled(OrderId id, IdempotencyKey key) {
        return idempotency.claim(key).orElseGet(() -> refreshResponse(id, key, 200));
    }

    /** Writes down what the provider captured. */
    @Transactional
    OrderActionResult captured(OrderId id, IdempotencyKey key, String actor, PaymentResult answer) {
        Optional<IdempotentResponse> answered = idempotency.claim(key);
        if (answered.isPresent()) {
            return OrderActionResult.replay(answered.get());
        }
        Order order = orders.lock(id);
        Payment payment = payment(order);
        if (isAlreadyRecorded(payment, answer)) {
            // The provider's webhook was faster than its answer.
            return storeResponse(key, 200, order, Optional.empty(), Optional.empty());
        }
        if (answer.outcome() != PaymentOutcome.CAPTURED || !payments.recordResult(payment.id(), answer)) {
            throw ApiException.conflict("not_capturable", "The payment of this order cannot be captured.");
        }
        Order changed =
                orders.apply(order, captured(order, answer.capturedAmount().orElseThrow(), actor));
        return storeResponse(key, 200, changed, Optional.empty(), Optional.empty());
    }

    private static boolean isAlreadyRecorded(Payment payment, PaymentResult answer) {
        return answer.outcome() == PaymentOutcome.CAPTURED
                && payment.state() == PaymentState.CAPTURED
                && answer.capturedAmount().equals(Optional.of(payment.captured()));
    }

    private static OrderChange captured(Order order, Money amount, String actor) {
        return new OrderChange(
                orderStatusAfter(order.status(), order.fulfillmentStatus(), PaymentStatus.CAPTURED),
                PaymentStatus.CAPTURED,
                order.fulfillmentStatus(),
                Money.zero(amount.currency()),
                List.of(),
                "captured",
                actor,
                Map.of("amount", amount));
    }

    /**
     * Brings an order that stands in line with what the provider says of its authorised payment: somebody captured or voided
     * it there, or it ran out. What was captured for a cancelled order goes back.
     */
    @Transactional
    void reconcile(PaymentId id, PaymentResult answer) {
        Payment seen = payments.find(id).orElseThrow();
        OrderId orderId = new OrderId(seen.orderId());
        if (!requiresReconciliation(seen, answer) || orders.find(orderId).isEmpty()) {
            return;
        }
        Order order = orders.lock(orderId);
        if (!payments.recordResult(id, answer)) {
            return;
        }
        if (answer.outcome() == PaymentOutcome.VOIDED) {
            orders.apply(order, authorizationLostChange(order));
        } else if (order.status() == OrderStatus.CANCELLED) {
            payments.createRefund(id, answer.capturedAmount().orElseThrow());
        } else {
            orders.apply(order, captured(order, answer.capturedAmount().orElseThrow(), SYSTEM));
        }
    }

    private static boolean requiresReconciliation(Payment payment, PaymentResult answer) {
        return switch (payment.state()) {
            case AUTHORIZED -> answer.outcome() == PaymentOutcome.CAPTURED || answer.outcome() == PaymentOutcome.VOIDED;
            case VOIDED -> answer.outcome() == PaymentOutcome.CAPTURED;
            case PENDING, CAPTURED, DECLINED, MISMATCHED -> false;
        };
    }

    private static OrderChange authorizationLostChange(Order order) {
        return new OrderChange(
                order.status(),
                PaymentStatus.VOIDED,
                order.fulfillmentStatus(),
                Money.zero(order.currentTotal().currency()),
                List.of(),
                "authorization_lost",
                SYSTEM,
                Map.of());
    }

    @Transactional
    OrderActionResult refund(OrderId id, IdempotencyKey key, String actor, RefundRequest request) {
        Optional<IdempotentResponse> answered = idempotency.claim(key);
        if (answered.isPresent()) {
            return OrderActionResult.replay(answered.get());
        }
        Order order = orders.lock(id);
        Map<OrderLine, Integer> units = OrderLineQuantities.toRefund(order, request.lines());
        boolean restock = Boolean.TRUE.equals(request.restock());
        Map<OrderLine, OrderLineChange> changes =
                OrderLineQuantities.changes(units, restock ? OrderLine::refundAndRestock : OrderLine::refund);
        boolean withdraws = changes.values().stream().anyMatch(change -> change.cancelled() > 0);
        boolean whole = withdraws && cancelsWholeOrder(order, changes);
        if (whole) {
            coupons.release(order);
        }
        Payment payment = payment(order);
        Money amount = refundAmount(order, changes, request);
        Optional<Refund> refund =
                amount.amount() > 0 ? Optional.of(refund(payment, amount, changes)) : Optional.empty();
        if (withdraws) {
            requireConfirmed(order);
        }
        PaymentStatus paid = refund.isPresent() ? paymentStatusAfter(payment, amount) : order.paymentStatus();
        FulfillmentStatus fulfillment = withdraws ? fulfillmentStatusAfter(order, changes) : order.fulfillmentStatus();
        Order changed = orders.apply(
                order,
                new OrderChange(
                        withdraws ? orderStatusAfter(order.status(), fulfillment, paid) : order.status(),
                        paid,
                        fulfillment,
                        OrderLineQuantities.cancelledAmount(order, changes),
                        List.copyOf(changes.values()),
                        "refunded",
                        actor,
                        facts(request.reason(), units, refund)));
        if (whole) {
            changed = orders.apply(changed, cancelledByRefundChange(changed, actor));
        }
        restock(changed, changes);
        return storeResponse(key, 201, changed, refund, Optional.empty());
    }

    /** All of the order was refunded and put back into stock before anything was sent. */
    private static OrderChange cancelledByRefundChange(Order order, String actor) {
        return new OrderChange(
                OrderStatus.CANCELLED,
                order.paymentStatus(),
                order.fulfillmentStatus(),
                Money.zero(order.currentTotal().currency()),
                List.of(),
                "cancelled",
                actor,
                Map.of());
    }

    @Transactional
    OrderActionResult fulfill(OrderId id, IdempotencyKey key, String actor, FulfillmentRequest request) {
        Optional<IdempotentResponse> answered = idempotency.claim(key);
        if (answered.isPresent()) {
            return OrderActionResult.replay(answered.get());
        }
        Order order = orders.lock(id);
        requireConfirmed(order);
        Map<OrderLine, Integer> units = OrderLineQuantities.toFulfill(order, request.lines());
        Map<OrderLine, OrderLineChange> changes = OrderLineQuantities.changes(units, OrderLine::fulfill);
        int left = OrderLineQuantities.openQuantityAfter(order, changes);
        FulfillmentStatus fulfillment = left == 0 ? FulfillmentStatus.FULFILLED : FulfillmentStatus.PARTIALLY_FULFILLED;
        Fulfillment sent = new Fulfillment(
                FulfillmentId.random(),
                OrderLineQuantities.fulfillmentLines(units),
                request.carrier(),
                request.trackingNumber(),
                request.trackingUrl(),
                Instant.EPOCH);
        orders.addFulfillment(id, sent);
        Order changed = orders.apply(
                order,
                new OrderChange(
                        orderStatusAfter(order.status(), fulfillment, order.paymentStatus()),
                        order.paymentStatus(),
                        fulfillment,
                        Money.zero(order.currentTotal().currency()),
                        List.copyOf(changes.values()),
                        "fulfilled",
                        actor,
                        Map.of("fulfillment_id", sent.id().toString())));
        return storeResponse(key, 201, changed, Optional.empty(), Optional.empty());
    }

    @Transactional
    OrderActionResult returnUnits(OrderId id, IdempotencyKey key, String actor, ReturnRequest request) {
        Optional<IdempotentResponse> answered = idempotency.claim(key);
        if (answered.isPresent()) {
            return OrderActionResult.replay(answered.get());
        }
        Order order = orders.lock(id);
        Map<OrderLine, Integer> units = OrderLineQuantities.toReturn(order, request.lines());
        boolean restock = Boolean.TRUE.equals(request.restock());
        boolean refunds = Boolean.TRUE.equals(request.refund());
        Map<OrderLine, OrderLineChange> changes = OrderLineQuantities.changes(units, (line, count) -> {
            OrderLineChange all = line.returnUnits(count);
            OrderLineChange paidBack = refunds ? all : all.withoutRefund();
            return restock ? paidBack : paidBack.withoutRestock();
        });
        Payment payment = payment(order);
        Money price = OrderLineQuantities.refundAmount(order, changes);
        Optional<Refund> refund = price.amount() > 0 ? Optional.of(refund(payment, price, changes)) : Optional.empty();
        Order changed = orders.apply(
                order,
                new OrderChange(
                        order.status(),
                        refund.isPresent() ? paymentStatusAfter(payment, price) : order.paymentStatus(),
                        order.fulfillmentStatus(),
                        Money.zero(price.currency()),
                        List.copyOf(changes.values()),
                        "returned",
                        actor,
                        facts(request.reason(), units, refund)));
        restock(changed, changes);
        return storeResponse(key, 201, changed, refund, Optional.empty());
    }

    /**
     * Writes down refunds that somebody made at the provider; those that are written down already change nothing.
     *
     * @return false if there are some that cannot be written down before a refund of ours has ended
     */
    @Transactional
    boolean recordProviderRefunds(Payment payment, List<ExternalRefund> made) {
        if (made.isEmpty()) {
            return true;
        }
        boolean all = true;
        OrderId orderId = new OrderId(payment.orderId());
        Optional<Order> order = orders.find(orderId).map(_ -> orders.lock(orderId));
        for (ExternalRefund refund : made) {
            ExternalRefundResult record = payments.recordExternalRefund(payment.id(), refund);
            all &= !record.retryLater();
            if (record.refund().isPresent() && order.isPresent()) {
                order = Optional.of(orders.apply(
                        order.get(),
                        providerRefundChange(order.get(), record.refund().get())));
            }
        }
        return all;
    }

    private OrderChange providerRefundChange(Order order, Refund refund) {
        Money nothing = Money.zero(refund.amount().currency());
        return new OrderChange(
                order.status(),
                paymentStatusAfter(payments.find(refund.paymentId()).orElseThrow(), nothing),
                order.fulfillmentStatus(),
                nothing,
                List.of(),
                "refunded",
                SYSTEM,
                facts("made at the payment provider", Map.of(), Optional.of(refund)));
    }

    /**
     * Writes down what the provider says of a refund, and brings the order in line with it: if it failed, its units can be
     * refunded again.
     *
     * @return whether it failed, and had not failed before
     */
    @Transactional
    boolean onRefundResult(Refund refund, RefundResult answer) {
        if (answer.state() != Refund.State.FAILED) {
            payments.recordRefundResult(refund.id(), answer);
            return false;
        }
        OrderId id = new OrderId(refund.orderId());
        Optional<Order> order = orders.find(id).map(_ -> orders.lock(id));
        boolean failed = payments.recordRefundResult(refund.id(), answer);
        if (failed && order.isPresent()) {
            orders.apply(order.get(), refundFailedChange(order.get(), refund));
        }
        return failed;
    }

    private OrderChange refundFailedChange(Order order, Refund refund) {
        Money nothing = Money.zero(refund.amount().currency());
        return new OrderChange(
                order.status(),
                paymentStatusAfter(payment(order), nothing),
                order.fulfillmentStatus(),
                nothing,
                orders.changesForFailedRefund(order, refund.id().value()),
                "refund_failed",
                SYSTEM,
                Map.of("refund_id", refund.id().toString(), "amount", refund.amount()));
    }

    /** Stores the answer anew, now that what was left to do is done. */
    @Transactional
    IdempotentResponse refreshResponse(OrderId id, IdempotencyKey key, int status) {
        IdempotentResponse answer = new IdempotentResponse(status, responseJson.write(view(id).orElseThrow()));
        idempotency.store(key, answer);
        return answer;
    }

    private OrderActionResult storeResponse(
            IdempotencyKey key, int status, Order order, Optional<Refund> refund, Optional<Payment> abandoned) {
        IdempotentResponse answer = new IdempotentResponse(status, responseJson.write(view(order)));
        idempotency.store(key, answer);
        return new OrderActionResult(answer, false, refund, abandoned);
    }

    /** Of units that were not sent, those that are still waited for are waited for no more: they were never on the shelf. */
    private void restock(Order order, Map<OrderLine, OrderLineChange> changes) {
        List<StockQuantity> unsent = OrderLineQuantities.toRestock(changes, OrderLineChange::restockedUnsent);
        if (!unsent.isEmpty()) {
            inventory.cancelSale(unsent, order.id().toString());
        }
        List<StockQuantity> returned = OrderLineQuantities.toRestock(changes, OrderLineChange::restockedReturned);
        if (!returned.isEmpty()) {
            inventory.restock(returned, order.id().toString());
        }
    }

    private Payment payment(Order order) {
        return payments.listByOrder(order.id().value()).getFirst();
    }

    private static void requireConfirmed(Order order) {
        if (order.status() != OrderStatus.CONFIRMED) {
            throw ApiException.conflict(
                    "invalid_order_status",
                    "Only a confirmed order can be fulfilled or cancelled; this one is %s."
                            .formatted(order.status().toString().toLowerCase(Locale.ROOT)));
        }
    }

    /** Nothing, where units that cost nothing go back into stock. */
    private static Money refundAmount(Order order, Map<OrderLine, OrderLineChange> changes, RefundRequest request) {
        Money price = OrderLineQuantities.refundAmount(order, changes);
        Money asked = request.amount();
        Money amount = asked == null ? price : asked;
        if (!amount.currency().equals(order.currentTotal().currency())) {
            throw ApiException.invalid(
                    "/amount/currency",
                    "wrong_currency",
                    "The order is in " + order.currentTotal().currency() + ".");
        }
        boolean onlyRestocks = Boolean.TRUE.equals(request.restock()) && !changes.isEmpty() && price.amount() == 0;
        if (amount.amount() < 0 || (amount.amount() == 0 && !onlyRestocks)) {
            throw ApiException.invalid("/amount", "nothing_to_refund", "Name lines, or an amount above zero.");
        }
        if (amount.amount() == 0 && order.paymentStatus() == PaymentStatus.AUTHORIZED) {
            throw ApiException.conflict("invalid_order_status", "The order is not paid yet; cancel the units.");
        }
        return amount;
    }

    /** How far the order is paid once this much more is on its way back. */
    private static PaymentStatus paymentStatusAfter(Payment payment, Money more) {
        Money refunded = payment.refunded().plus(more);
        if (refunded.amount() == 0) {
            return PaymentStatus.CAPTURED;
        }
        return refunded.equals(payment.captured()) ? PaymentStatus.REFUNDED : PaymentStatus.PARTIALLY_REFUNDED;
    }

    private static OrderStatus orderStatusAfter(OrderStatus now, FulfillmentStatus fulfillment, PaymentStatus paid) {
        boolean settled = paid == PaymentStatus.CAPTURED
                || paid == PaymentStatus.PARTIALLY_REFUNDED
                || paid == PaymentStatus.REFUNDED;
        return now == OrderStatus.CONFIRMED && fulfillment == FulfillmentStatus.FULFILLED && settled
                ? OrderStatus.COMPLETED
                : now;
    }

    private static Map<String, Object> facts(
            @Nullable String reason, Map<OrderLine, Integer> units, Optional<Refund> refund) {
        Map<String, Object> facts = new LinkedHashMap<>();
        if (reason != null) {
            facts.put("reason", reason);
        }
        if (!units.isEmpty()) {
            facts.put("lines", OrderLineQuantities.fulfillmentLines(units));
        }
        refund.ifPresent(money -> {
            facts.put("refund_id", money.id().toString());
            facts.put("amount", money.amount());
        });
        return facts;
    }
}
