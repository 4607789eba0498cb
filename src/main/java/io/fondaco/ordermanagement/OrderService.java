package io.fondaco.ordermanagement;

import io.fondaco.checkout.CouponRedemptions;
import io.fondaco.checkout.ResponseJson;
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
import io.fondaco.ordermanagement.OrderActionRequests.CancelRequest;
import io.fondaco.ordermanagement.OrderActionRequests.FulfillmentRequest;
import io.fondaco.ordermanagement.OrderActionRequests.RefundRequest;
import io.fondaco.ordermanagement.OrderActionRequests.ReturnRequest;
import io.fondaco.payment.ExternalRefund;
import io.fondaco.payment.Payment;
import io.fondaco.payment.PaymentId;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentProvider.RefundResult;
import io.fondaco.payment.PaymentResult;
import io.fondaco.payment.PaymentState;
import io.fondaco.payment.Payments;
import io.fondaco.payment.Payments.ExternalRefundResult;
import io.fondaco.payment.Refund;
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
 * The transactions of the staff's order actions. Each one claims the idempotency key, locks the order, the coupons, the
 * payment and the stock in this order, and stores the response. Refunds are recorded here and sent after the commit.
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
     * The result of an order action, and the provider calls to make after the commit.
     *
     * @param refundToSend the refund to send to its provider
     * @param paymentToVoid the payment to void at its provider
     */
    record OrderActionResult(
            IdempotentResponse response,
            boolean replayed,
            Optional<Refund> refundToSend,
            Optional<Payment> paymentToVoid) {
        static OrderActionResult replay(IdempotentResponse response) {
            return new OrderActionResult(response, true, Optional.empty(), Optional.empty());
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
        Optional<IdempotentResponse> stored = idempotency.claim(key);
        if (stored.isPresent()) {
            return OrderActionResult.replay(stored.get());
        }
        Order order = orders.lock(id);
        requireConfirmed(order);
        Map<OrderLine, Integer> units = OrderLineQuantities.toCancel(order, request.lines());
        Map<OrderLine, OrderLineChange> changes = OrderLineQuantities.changes(units, OrderLine::cancel);
        boolean cancelsOrder = cancelsWholeOrder(order, changes);
        if (cancelsOrder) {
            coupons.release(order);
        }
        Money refundable = cancelsOrder ? order.currentTotal() : OrderLineQuantities.refundAmount(order, changes);
        Payment payment = payment(order);
        Money captured = payment.captured().minus(payment.refunded());
        Money refundAmount = refundable.amount() < captured.amount() ? refundable : captured;
        Optional<Refund> refund = refundAmount.amount() > 0
                ? Optional.of(createRefund(payment, refundAmount, changes))
                : Optional.empty();
        boolean voids = cancelsOrder
                && payment.state() == PaymentState.AUTHORIZED
                && payments.recordResult(payment.id(), PaymentResult.of(PaymentOutcome.VOIDED));
        if (voids) {
            payments.scheduleVoid(payment.id());
        }
        FulfillmentStatus fulfillmentStatus = fulfillmentStatusAfter(order, changes);
        PaymentStatus paymentStatus = voids
                ? PaymentStatus.VOIDED
                : refund.isPresent() ? paymentStatusAfter(payment, refundAmount) : order.paymentStatus();
        Order changed = orders.apply(
                order,
                new OrderChange(
                        cancelsOrder
                                ? OrderStatus.CANCELLED
                                : orderStatusAfter(order.status(), fulfillmentStatus, paymentStatus),
                        paymentStatus,
                        fulfillmentStatus,
                        cancelsOrder ? order.currentTotal() : OrderLineQuantities.cancelledAmount(order, changes),
                        List.copyOf(changes.values()),
                        "cancelled",
                        actor,
                        facts(request.reason(), units, refund)));
        restock(changed, changes);
        return storeResponse(key, 200, changed, refund, voids ? Optional.of(payment) : Optional.empty());
    }

    /** Whether the changes leave no open units in an order of which nothing was sent. */
    private static boolean cancelsWholeOrder(Order order, Map<OrderLine, OrderLineChange> changes) {
        return OrderLineQuantities.openQuantityAfter(order, changes) == 0
                && OrderLineQuantities.nothingFulfilled(order);
    }

    /** The fulfillment status after open units are cancelled. */
    private static FulfillmentStatus fulfillmentStatusAfter(Order order, Map<OrderLine, OrderLineChange> changes) {
        return OrderLineQuantities.openQuantityAfter(order, changes) == 0
                        && !OrderLineQuantities.nothingFulfilled(order)
                ? FulfillmentStatus.FULFILLED
                : order.fulfillmentStatus();
    }

    /** Records a refund and the units that it pays back. */
    private Refund createRefund(Payment payment, Money amount, Map<OrderLine, OrderLineChange> changes) {
        Refund refund = payments.createRefund(payment.id(), amount);
        orders.recordRefundedUnits(refund.id().value(), List.copyOf(changes.values()));
        return refund;
    }

    /** Stores and returns the response for an order that was cancelled because its pending payment was voided. */
    @Transactional
    IdempotentResponse alreadyCancelled(OrderId id, IdempotencyKey key) {
        return idempotency.claim(key).orElseGet(() -> refreshResponse(id, key, 200));
    }

    /** Records what the provider captured. */
    @Transactional
    OrderActionResult recordCapture(OrderId id, IdempotencyKey key, String actor, PaymentResult result) {
        Optional<IdempotentResponse> stored = idempotency.claim(key);
        if (stored.isPresent()) {
            return OrderActionResult.replay(stored.get());
        }
        Order order = orders.lock(id);
        Payment payment = payment(order);
        if (isAlreadyRecorded(payment, result)) {
            // The provider's webhook arrived before its response.
            return storeResponse(key, 200, order, Optional.empty(), Optional.empty());
        }
        if (result.outcome() != PaymentOutcome.CAPTURED || !payments.recordResult(payment.id(), result)) {
            throw ApiException.conflict("not_capturable", "The payment of this order cannot be captured.");
        }
        Order changed = orders.apply(
                order, capturedChange(order, result.capturedAmount().orElseThrow(), actor));
        return storeResponse(key, 200, changed, Optional.empty(), Optional.empty());
    }

    private static boolean isAlreadyRecorded(Payment payment, PaymentResult result) {
        return result.outcome() == PaymentOutcome.CAPTURED
                && payment.state() == PaymentState.CAPTURED
                && result.capturedAmount().equals(Optional.of(payment.captured()));
    }

    private static OrderChange capturedChange(Order order, Money amount, String actor) {
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
     * Updates a placed order after its authorized payment changed at the provider: it was captured or voided there, or
     * the authorization expired. Money that was captured for a cancelled order is refunded.
     */
    @Transactional
    void reconcile(PaymentId id, PaymentResult result) {
        Payment before = payments.find(id).orElseThrow();
        OrderId orderId = new OrderId(before.orderId());
        if (!requiresReconciliation(before, result) || orders.find(orderId).isEmpty()) {
            return;
        }
        Order order = orders.lock(orderId);
        if (!payments.recordResult(id, result)) {
            return;
        }
        if (result.outcome() == PaymentOutcome.VOIDED) {
            orders.apply(order, authorizationLostChange(order));
        } else if (order.status() == OrderStatus.CANCELLED) {
            payments.createRefund(id, result.capturedAmount().orElseThrow());
        } else {
            orders.apply(order, capturedChange(order, result.capturedAmount().orElseThrow(), SYSTEM));
        }
    }

    private static boolean requiresReconciliation(Payment payment, PaymentResult result) {
        return switch (payment.state()) {
            case AUTHORIZED -> result.outcome() == PaymentOutcome.CAPTURED || result.outcome() == PaymentOutcome.VOIDED;
            case VOIDED -> result.outcome() == PaymentOutcome.CAPTURED;
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
        Optional<IdempotentResponse> stored = idempotency.claim(key);
        if (stored.isPresent()) {
            return OrderActionResult.replay(stored.get());
        }
        Order order = orders.lock(id);
        Map<OrderLine, Integer> units = OrderLineQuantities.toRefund(order, request.lines());
        boolean restock = Boolean.TRUE.equals(request.restock());
        Map<OrderLine, OrderLineChange> changes =
                OrderLineQuantities.changes(units, restock ? OrderLine::refundAndRestock : OrderLine::refund);
        boolean cancelsUnits = changes.values().stream().anyMatch(change -> change.cancelled() > 0);
        boolean cancelsOrder = cancelsUnits && cancelsWholeOrder(order, changes);
        if (cancelsOrder) {
            coupons.release(order);
        }
        Payment payment = payment(order);
        Money amount = refundAmount(order, changes, request);
        Optional<Refund> refund =
                amount.amount() > 0 ? Optional.of(createRefund(payment, amount, changes)) : Optional.empty();
        if (cancelsUnits) {
            requireConfirmed(order);
        }
        PaymentStatus paymentStatus = refund.isPresent() ? paymentStatusAfter(payment, amount) : order.paymentStatus();
        FulfillmentStatus fulfillmentStatus =
                cancelsUnits ? fulfillmentStatusAfter(order, changes) : order.fulfillmentStatus();
        Order changed = orders.apply(
                order,
                new OrderChange(
                        cancelsUnits
                                ? orderStatusAfter(order.status(), fulfillmentStatus, paymentStatus)
                                : order.status(),
                        paymentStatus,
                        fulfillmentStatus,
                        OrderLineQuantities.cancelledAmount(order, changes),
                        List.copyOf(changes.values()),
                        "refunded",
                        actor,
                        facts(request.reason(), units, refund)));
        if (cancelsOrder) {
            changed = orders.apply(changed, cancelledByRefundChange(changed, actor));
        }
        restock(changed, changes);
        return storeResponse(key, 201, changed, refund, Optional.empty());
    }

    /** The change for an order that was refunded and restocked as a whole before anything was sent. */
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
        Optional<IdempotentResponse> stored = idempotency.claim(key);
        if (stored.isPresent()) {
            return OrderActionResult.replay(stored.get());
        }
        Order order = orders.lock(id);
        requireConfirmed(order);
        Map<OrderLine, Integer> units = OrderLineQuantities.toFulfill(order, request.lines());
        Map<OrderLine, OrderLineChange> changes = OrderLineQuantities.changes(units, OrderLine::fulfill);
        int openQuantity = OrderLineQuantities.openQuantityAfter(order, changes);
        FulfillmentStatus fulfillmentStatus =
                openQuantity == 0 ? FulfillmentStatus.FULFILLED : FulfillmentStatus.PARTIALLY_FULFILLED;
        Fulfillment fulfillment = new Fulfillment(
                FulfillmentId.random(),
                OrderLineQuantities.fulfillmentLines(units),
                request.carrier(),
                request.trackingNumber(),
                request.trackingUrl(),
                Instant.EPOCH);
        orders.addFulfillment(id, fulfillment);
        Order changed = orders.apply(
                order,
                new OrderChange(
                        orderStatusAfter(order.status(), fulfillmentStatus, order.paymentStatus()),
                        order.paymentStatus(),
                        fulfillmentStatus,
                        Money.zero(order.currentTotal().currency()),
                        List.copyOf(changes.values()),
                        "fulfilled",
                        actor,
                        Map.of("fulfillment_id", fulfillment.id().toString())));
        return storeResponse(key, 201, changed, Optional.empty(), Optional.empty());
    }

    @Transactional
    OrderActionResult returnUnits(OrderId id, IdempotencyKey key, String actor, ReturnRequest request) {
        Optional<IdempotentResponse> stored = idempotency.claim(key);
        if (stored.isPresent()) {
            return OrderActionResult.replay(stored.get());
        }
        Order order = orders.lock(id);
        Map<OrderLine, Integer> units = OrderLineQuantities.toReturn(order, request.lines());
        boolean restock = Boolean.TRUE.equals(request.restock());
        boolean withRefund = Boolean.TRUE.equals(request.refund());
        Map<OrderLine, OrderLineChange> changes = OrderLineQuantities.changes(units, (line, count) -> {
            OrderLineChange complete = line.returnUnits(count);
            OrderLineChange change = withRefund ? complete : complete.withoutRefund();
            return restock ? change : change.withoutRestock();
        });
        Payment payment = payment(order);
        Money refundAmount = OrderLineQuantities.refundAmount(order, changes);
        Optional<Refund> refund = refundAmount.amount() > 0
                ? Optional.of(createRefund(payment, refundAmount, changes))
                : Optional.empty();
        Order changed = orders.apply(
                order,
                new OrderChange(
                        order.status(),
                        refund.isPresent() ? paymentStatusAfter(payment, refundAmount) : order.paymentStatus(),
                        order.fulfillmentStatus(),
                        Money.zero(refundAmount.currency()),
                        List.copyOf(changes.values()),
                        "returned",
                        actor,
                        facts(request.reason(), units, refund)));
        restock(changed, changes);
        return storeResponse(key, 201, changed, refund, Optional.empty());
    }

    /**
     * Records external refunds. Those that are already recorded change nothing.
     *
     * @return false if some cannot be recorded before a pending refund of the payment has ended
     */
    @Transactional
    boolean recordProviderRefunds(Payment payment, List<ExternalRefund> externalRefunds) {
        if (externalRefunds.isEmpty()) {
            return true;
        }
        boolean allRecorded = true;
        OrderId orderId = new OrderId(payment.orderId());
        Optional<Order> order = orders.find(orderId).map(_ -> orders.lock(orderId));
        for (ExternalRefund refund : externalRefunds) {
            ExternalRefundResult record = payments.recordExternalRefund(payment.id(), refund);
            allRecorded &= !record.retryLater();
            if (record.refund().isPresent() && order.isPresent()) {
                order = Optional.of(orders.apply(
                        order.get(),
                        providerRefundChange(order.get(), record.refund().get())));
            }
        }
        return allRecorded;
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
     * Records a refund's result and updates the order: the units of a failed refund can be refunded again.
     *
     * @return whether the refund failed and had not failed before
     */
    @Transactional
    boolean onRefundResult(Refund refund, RefundResult result) {
        if (result.state() != Refund.State.FAILED) {
            payments.recordRefundResult(refund.id(), result);
            return false;
        }
        OrderId id = new OrderId(refund.orderId());
        Optional<Order> order = orders.find(id).map(_ -> orders.lock(id));
        boolean failed = payments.recordRefundResult(refund.id(), result);
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

    /** Stores the response again after the provider calls. */
    @Transactional
    IdempotentResponse refreshResponse(OrderId id, IdempotencyKey key, int status) {
        IdempotentResponse response = new IdempotentResponse(status, responseJson.write(view(id).orElseThrow()));
        idempotency.store(key, response);
        return response;
    }

    private OrderActionResult storeResponse(
            IdempotencyKey key, int status, Order order, Optional<Refund> refund, Optional<Payment> paymentToVoid) {
        IdempotentResponse response = new IdempotentResponse(status, responseJson.write(view(order)));
        idempotency.store(key, response);
        return new OrderActionResult(response, false, refund, paymentToVoid);
    }

    /**
     * Puts cancelled and returned units back into stock. Cancelled units that are still on backorder were never in
     * stock: their backorders are cancelled instead.
     */
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

    /** The amount to refund; zero only if units that cost nothing are restocked. */
    private static Money refundAmount(Order order, Map<OrderLine, OrderLineChange> changes, RefundRequest request) {
        Money price = OrderLineQuantities.refundAmount(order, changes);
        Money requested = request.amount();
        Money amount = requested == null ? price : requested;
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

    /** The payment status after one more refund of this amount. */
    private static PaymentStatus paymentStatusAfter(Payment payment, Money more) {
        Money refunded = payment.refunded().plus(more);
        if (refunded.amount() == 0) {
            return PaymentStatus.CAPTURED;
        }
        return refunded.equals(payment.captured()) ? PaymentStatus.REFUNDED : PaymentStatus.PARTIALLY_REFUNDED;
    }

    private static OrderStatus orderStatusAfter(
            OrderStatus now, FulfillmentStatus fulfillmentStatus, PaymentStatus paymentStatus) {
        boolean settled = paymentStatus == PaymentStatus.CAPTURED
                || paymentStatus == PaymentStatus.PARTIALLY_REFUNDED
                || paymentStatus == PaymentStatus.REFUNDED;
        return now == OrderStatus.CONFIRMED && fulfillmentStatus == FulfillmentStatus.FULFILLED && settled
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
        refund.ifPresent(created -> {
            facts.put("refund_id", created.id().toString());
            facts.put("amount", created.amount());
        });
        return facts;
    }
}
