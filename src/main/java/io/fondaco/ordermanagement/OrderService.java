package io.fondaco.ordermanagement;

import io.fondaco.checkout.CouponRedemptions;
import io.fondaco.checkout.ResponseJson;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.order.Fulfillment;
import io.fondaco.order.FulfillmentId;
import io.fondaco.order.Order;
import io.fondaco.order.OrderChange;
import io.fondaco.order.OrderId;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.Orders;
import io.fondaco.order.PaymentStatus;
import io.fondaco.order.UnitSelection;
import io.fondaco.ordermanagement.AdminOrderView.OrderRefund;
import io.fondaco.ordermanagement.OrderActionRequests.CancelRequest;
import io.fondaco.ordermanagement.OrderActionRequests.FulfillmentRequest;
import io.fondaco.ordermanagement.OrderActionRequests.RefundRequest;
import io.fondaco.ordermanagement.OrderActionRequests.ReturnRequest;
import io.fondaco.parcel.Parcels;
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
import io.fondaco.tax.TaxLine;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of the staff's order actions. Each one claims the idempotency key, locks the order, the coupons, the
 * payment and the stock in this order, and stores the response. {@link Order} has the rules. Refunds are recorded here
 * and sent after the commit.
 */
@RetriedWrites
@ApplicationScoped
class OrderService {
    private final Idempotency idempotency;
    private final Orders orders;
    private final Payments payments;
    private final Inventory inventory;
    private final ResponseJson responseJson;
    private final CouponRedemptions coupons;
    private final Parcels parcels;

    OrderService(
            Idempotency idempotency,
            Orders orders,
            Payments payments,
            Inventory inventory,
            ResponseJson responseJson,
            CouponRedemptions coupons,
            Parcels parcels) {
        this.idempotency = idempotency;
        this.orders = orders;
        this.payments = payments;
        this.inventory = inventory;
        this.responseJson = responseJson;
        this.coupons = coupons;
        this.parcels = parcels;
    }

    /**
     * What an order action did, and the provider calls to make after the commit.
     *
     * @param order the changed order
     * @param refundToSend the refund to send to its provider
     * @param paymentToVoid the payment to void at its provider
     */
    record OrderActionEffect(Order order, Optional<Refund> refundToSend, Optional<Payment> paymentToVoid) {
        private static OrderActionEffect of(Order order) {
            return new OrderActionEffect(order, Optional.empty(), Optional.empty());
        }

        boolean needsProvider() {
            return refundToSend.isPresent() || paymentToVoid.isPresent();
        }
    }

    Optional<AdminOrderView> view(OrderId id) {
        return orders.find(id).map(this::view);
    }

    private AdminOrderView view(Order order) {
        List<Payment> orderPayments = payments.listByOrder(order.id().value());
        List<Refund> refunds = payments.listRefundsByOrder(order.id().value());
        Map<UUID, List<TaxLine>> refundTaxes = refunds.isEmpty() ? Map.of() : orders.listRefundTaxes(order);
        return new AdminOrderView(
                order,
                orderPayments,
                refunds.stream()
                        .map(refund -> new OrderRefund(
                                refund, refundTaxes.getOrDefault(refund.id().value(), List.of())))
                        .toList(),
                orders.fulfillments(order.id()),
                orders.history(order.id()),
                order.lines().stream().anyMatch(line -> line.backorderedQuantity() > 0)
                        ? inventory.backordersOf(order.id().toString())
                        : List.of());
    }

    private Idempotency.Outcome<OrderActionEffect> once(
            IdempotencyKey key, int status, Supplier<OrderActionEffect> action) {
        return idempotency.once(key, action, effect -> response(status, view(effect.order())));
    }

    private IdempotentResponse response(int status, AdminOrderView view) {
        return new IdempotentResponse(status, responseJson.write(view));
    }

    @Transactional
    Idempotency.Outcome<OrderActionEffect> cancel(OrderId id, IdempotencyKey key, String actor, CancelRequest request) {
        return once(key, 200, () -> cancel(orders.lock(id), actor, request));
    }

    private OrderActionEffect cancel(Order order, String actor, CancelRequest request) {
        UnitSelection units = order.unitsToCancel(request.lines());
        Payment payment = payment(order);
        Money amount = smaller(order.cancellationRefundAmount(units), payment.refundable());
        boolean keepsMoney = keepsMoney(payment, amount);
        if (units.cancelsWholeOrder() && !keepsMoney) {
            coupons.release(order);
        }
        Refund refund = createRefund(payment, amount, units);
        boolean voids = units.cancelsWholeOrder()
                && payment.state() == PaymentState.AUTHORIZED
                && payments.recordResult(payment.id(), PaymentResult.of(PaymentOutcome.VOIDED));
        if (voids) {
            payments.scheduleVoid(payment.id());
        }
        PaymentStatus paymentAfter = voids ? PaymentStatus.VOIDED : paymentStatusAfter(order, payment, refund);
        OrderChange change = units.cancelsWholeOrder() && keepsMoney
                ? order.cancelAndComplete(units, paymentAfter, actor)
                : order.cancel(units, paymentAfter, actor);
        Order changed = apply(order, change.withReason(request.reason()), refund);
        restock(changed, units);
        return new OrderActionEffect(
                changed, Optional.ofNullable(refund), voids ? Optional.of(payment) : Optional.empty());
    }

    /** Whether the shop keeps a part of the money when this amount is refunded. */
    private static boolean keepsMoney(Payment payment, Money refunded) {
        return payment.refundable().amount() > refunded.amount();
    }

    private static Money smaller(Money one, Money other) {
        return one.amount() < other.amount() ? one : other;
    }

    /** Stores and returns the response for an order that was cancelled because its pending payment was voided. */
    @Transactional
    IdempotentResponse alreadyCancelled(OrderId id, IdempotencyKey key) {
        return idempotency
                .once(key, () -> view(id).orElseThrow(), view -> response(200, view))
                .response();
    }

    /** Records what the provider captured. */
    @Transactional
    Idempotency.Outcome<OrderActionEffect> recordCapture(
            OrderId id, IdempotencyKey key, String actor, PaymentResult result) {
        return once(key, 200, () -> OrderActionEffect.of(recordCapture(orders.lock(id), actor, result)));
    }

    private Order recordCapture(Order order, String actor, PaymentResult result) {
        Payment payment = payment(order);
        if (isAlreadyRecorded(payment, result)) {
            // The provider's webhook arrived before its response.
            return order;
        }
        if (result.outcome() != PaymentOutcome.CAPTURED || !payments.recordResult(payment.id(), result)) {
            throw ApiException.conflict("not_capturable", "The payment of this order cannot be captured.");
        }
        return orders.apply(order, order.capture(result.capturedAmount().orElseThrow(), actor));
    }

    private static boolean isAlreadyRecorded(Payment payment, PaymentResult result) {
        return result.outcome() == PaymentOutcome.CAPTURED
                && payment.state() == PaymentState.CAPTURED
                && result.capturedAmount().equals(Optional.of(payment.captured()));
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
            orders.apply(order, order.authorizationLost());
        } else if (order.status() == OrderStatus.CANCELLED) {
            Refund refund = payments.createRefund(id, result.capturedAmount().orElseThrow());
            orders.recordRefund(order, refund.id().value(), refund.amount());
        } else {
            orders.apply(order, order.capturedAtProvider(result.capturedAmount().orElseThrow()));
        }
    }

    private static boolean requiresReconciliation(Payment payment, PaymentResult result) {
        return switch (payment.state()) {
            case AUTHORIZED -> result.outcome() == PaymentOutcome.CAPTURED || result.outcome() == PaymentOutcome.VOIDED;
            case VOIDED -> result.outcome() == PaymentOutcome.CAPTURED;
            case PENDING, CAPTURED, DECLINED, MISMATCHED -> false;
        };
    }

    @Transactional
    Idempotency.Outcome<OrderActionEffect> refund(OrderId id, IdempotencyKey key, String actor, RefundRequest request) {
        return once(key, 201, () -> refund(orders.lock(id), actor, request));
    }

    private OrderActionEffect refund(Order order, String actor, RefundRequest request) {
        UnitSelection units = Boolean.TRUE.equals(request.restock())
                ? order.unitsToRefundAndRestock(request.lines())
                : order.unitsToRefund(request.lines());
        Payment payment = payment(order);
        Money amount = order.refundAmount(units, request.amount());
        boolean keepsMoney = keepsMoney(payment, amount);
        boolean cancelsOrder = units.cancelsWholeOrder() && !keepsMoney;
        if (cancelsOrder) {
            coupons.release(order);
        }
        Refund refund = createRefund(payment, amount, units);
        PaymentStatus paymentAfter = paymentStatusAfter(order, payment, refund);
        OrderChange change = units.cancelsWholeOrder() && keepsMoney
                ? order.refundAndComplete(units, paymentAfter, actor)
                : order.refund(units, paymentAfter, actor);
        Order changed = apply(order, change.withReason(request.reason()), refund);
        if (cancelsOrder) {
            changed = orders.apply(changed, changed.cancelRefunded(actor));
        }
        restock(changed, units);
        return new OrderActionEffect(changed, Optional.ofNullable(refund), Optional.empty());
    }

    @Transactional
    Idempotency.Outcome<OrderActionEffect> fulfill(
            OrderId id, IdempotencyKey key, String actor, FulfillmentRequest request) {
        return once(key, 201, () -> OrderActionEffect.of(fulfill(orders.lock(id), actor, request)));
    }

    private Order fulfill(Order order, String actor, FulfillmentRequest request) {
        FulfillmentId id = FulfillmentId.random();
        FulfillmentRequest sent =
                request.labelId() == null ? request : request.of(parcels.send(order.id(), request.labelId(), id));
        UnitSelection units = order.unitsToFulfill(sent.lines());
        Fulfillment fulfillment = new Fulfillment(
                id, units.lines(), sent.carrier(), sent.trackingNumber(), sent.trackingUrl(), Instant.EPOCH);
        orders.addFulfillment(order.id(), fulfillment);
        return orders.apply(order, order.fulfill(units, fulfillment.id(), actor));
    }

    @Transactional
    Idempotency.Outcome<OrderActionEffect> returnUnits(
            OrderId id, IdempotencyKey key, String actor, ReturnRequest request) {
        return once(key, 201, () -> returnUnits(orders.lock(id), actor, request));
    }

    private OrderActionEffect returnUnits(Order order, String actor, ReturnRequest request) {
        UnitSelection units = order.unitsToReturn(request.lines());
        if (!Boolean.TRUE.equals(request.refund())) {
            units = units.withoutRefund();
        }
        if (!Boolean.TRUE.equals(request.restock())) {
            units = units.withoutRestock();
        }
        Payment payment = payment(order);
        Refund refund = createRefund(payment, units.refundAmount(), units);
        OrderChange change = order.returnUnits(units, paymentStatusAfter(order, payment, refund), actor)
                .withReason(request.reason());
        Order changed = apply(order, change, refund);
        restock(changed, units);
        return new OrderActionEffect(changed, Optional.ofNullable(refund), Optional.empty());
    }

    /** Records a refund and the units that it pays back; null if there is nothing to refund. */
    private @Nullable Refund createRefund(Payment payment, Money amount, UnitSelection units) {
        if (amount.amount() <= 0) {
            return null;
        }
        Refund refund = payments.createRefund(payment.id(), amount);
        orders.recordRefundedUnits(refund.id().value(), units.changes());
        return refund;
    }

    private Order apply(Order order, OrderChange change, @Nullable Refund refund) {
        return orders.apply(
                order, refund == null ? change : change.withRefund(refund.id().value(), refund.amount()));
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
        Payment payment = payments.find(refund.paymentId()).orElseThrow();
        return order.refundedAtProvider(paymentStatus(payment))
                .withRefund(refund.id().value(), refund.amount());
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
        PaymentStatus paymentAfter = paymentStatus(payment(order));
        return order.refundFailed(orders.revertRefund(order, refund.id().value()), paymentAfter)
                .withFailedRefund(refund.id().value(), refund.amount());
    }

    /** Stores the response again after the provider calls. */
    @Transactional
    IdempotentResponse refreshResponse(OrderId id, IdempotencyKey key, int status) {
        IdempotentResponse response = response(status, view(id).orElseThrow());
        idempotency.store(key, response);
        return response;
    }

    /**
     * Puts cancelled and returned units back into stock. Cancelled units that are still on backorder were never in
     * stock: their backorders are cancelled instead.
     */
    private void restock(Order order, UnitSelection units) {
        List<StockQuantity> unsent = stock(units.restockedUnsent());
        if (!unsent.isEmpty()) {
            inventory.cancelSale(unsent, order.id().toString());
        }
        List<StockQuantity> returned = stock(units.restockedReturned());
        if (!returned.isEmpty()) {
            inventory.restock(returned, order.id().toString());
        }
    }

    private static List<StockQuantity> stock(Map<String, Long> unitsBySku) {
        return unitsBySku.entrySet().stream()
                .map(units -> new StockQuantity(units.getKey(), units.getValue()))
                .toList();
    }

    private Payment payment(Order order) {
        return payments.listByOrder(order.id().value()).getFirst();
    }

    /** @param payment as it was before the refund */
    private static PaymentStatus paymentStatusAfter(Order order, Payment payment, @Nullable Refund refund) {
        return refund == null
                ? order.paymentStatus()
                : PaymentStatus.ofCaptured(
                        payment.captured(), payment.refunded().plus(refund.amount()));
    }

    private static PaymentStatus paymentStatus(Payment payment) {
        return PaymentStatus.ofCaptured(payment.captured(), payment.refunded());
    }
}
