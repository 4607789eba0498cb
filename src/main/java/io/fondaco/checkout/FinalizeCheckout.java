package io.fondaco.checkout;

import io.fondaco.cart.Carts;
import io.fondaco.customer.CustomerId;
import io.fondaco.inventory.InsufficientStock;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.Inventory.Reservation;
import io.fondaco.inventory.Inventory.StockDemand;
import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.inventory.ReservationId;
import io.fondaco.order.NewOrder;
import io.fondaco.order.Order;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.Orders;
import io.fondaco.order.PaymentStatus;
import io.fondaco.order.StoreOrder;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentResult;
import io.fondaco.payment.Payments;
import io.fondaco.platform.idempotency.IdempotentResponse;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.ApiException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;

/**
 * The last transaction of a checkout attempt: it applies the payment result and either places the order or reopens the
 * cart. The request, a webhook and checkout recovery all call it; the first of them changes the state, and the others
 * get a {@link Finalization} that was not applied.
 *
 * <p>A reserved attempt is ended in this order: cart, order, coupons, payment, stock, attempt.
 *
 * <ul>
 *   <li>The cart decides between callers. Its first statement locks it and ends its completion, so a second caller
 *       waits there, finds that the cart is not being completed, and writes nothing.
 *   <li>The attempt comes last, because the response that is stored with its new state contains the order. It is also
 *       the proof that the cart was completed by this attempt. A caller that read the attempt long ago can find the
 *       cart in the completion of a newer attempt: then the stored state is no longer the expected one, and the
 *       transaction is rolled back. A stored state {@code reserved} means that the cart belongs to this attempt,
 *       because a cart has at most one attempt that has not failed.
 * </ul>
 *
 * <p>A pending attempt has a response, and its cart stays completed. Its state decides between callers, so the order is
 * attempt, order, coupons, payment, stock.
 *
 * <p>An immediately paid order costs six statements, including those of inventory and the outbox.
 */
@RetriedWrites
@ApplicationScoped
class FinalizeCheckout {
    private final CheckoutAttemptStatements checkoutAttemptStatements;
    private final Carts carts;
    private final Orders orders;
    private final Payments payments;
    private final Inventory inventory;
    private final ResponseJson responseJson;
    private final CouponRedemptions coupons;

    FinalizeCheckout(
            CheckoutAttemptStatements checkoutAttemptStatements,
            Carts carts,
            Orders orders,
            Payments payments,
            Inventory inventory,
            ResponseJson responseJson,
            CouponRedemptions coupons) {
        this.checkoutAttemptStatements = checkoutAttemptStatements;
        this.carts = carts;
        this.orders = orders;
        this.payments = payments;
        this.inventory = inventory;
        this.responseJson = responseJson;
        this.coupons = coupons;
    }

    /**
     * The outcome of one call.
     *
     * @param applied false if another caller changed the attempt's state in the meantime
     * @param response the response for the client, if this call stored one
     */
    record Finalization(boolean applied, Optional<IdempotentResponse> response) {
        static final Finalization CONFLICT = new Finalization(false, Optional.empty());
        private static final Finalization APPLIED = new Finalization(true, Optional.empty());

        private static Finalization withResponse(IdempotentResponse result) {
            return new Finalization(true, Optional.of(result));
        }
    }

    /**
     * Applies a payment result to an attempt.
     *
     * @param attempt as the caller last read it
     * @throws InsufficientStock if the reservation expired and its stock was sold; nothing is written then, see
     *     {@link #failOutOfStock}
     */
    @Transactional
    Finalization onPaymentResult(CheckoutAttempt attempt, PaymentResult result) {
        return switch (attempt.state()) {
            case RESERVED -> finalizeReserved(attempt, result);
            case PENDING -> finalizePending(attempt, result);
            case PLACED -> Finalization.APPLIED;
            case FAILED, CANCELLED -> reverseLatePayment(attempt, result);
        };
    }

    private Finalization finalizeReserved(CheckoutAttempt attempt, PaymentResult result) {
        PaymentOutcome outcome = result.outcome();
        if (outcome.isFailed() || outcome == PaymentOutcome.PROVIDER_UNAVAILABLE) {
            return fail(attempt, result);
        }
        if (!carts.markCompleted(attempt.cart())) {
            return Finalization.CONFLICT;
        }
        boolean paid = outcome.isSuccessful();
        NewOrder snapshot = attempt.snapshot();
        Order order = orders.place(
                snapshot,
                CustomerId.ofGuest(snapshot.email()),
                paid ? OrderStatus.CONFIRMED : OrderStatus.PAYMENT_PENDING,
                paymentStatus(outcome));
        payments.recordResult(attempt.payment(), result);
        Optional<Reservation> renewed =
                attempt.reservation().flatMap(reservation -> claimReservation(reservation, snapshot));
        if (renewed.filter(reservation -> !reservation.backorderedUnits().equals(snapshot.backordered()))
                .isPresent()) {
            order = orders.updateBackorders(order.id(), renewed.get().backorderedUnits());
        }
        IdempotentResponse response =
                new IdempotentResponse(paid ? 201 : 202, responseJson.write(StoreOrder.of(order)));
        return endWithResponse(
                attempt, paid ? CheckoutAttemptState.PLACED : CheckoutAttemptState.PENDING, result, response);
    }

    /** The last statement of a reserved attempt. */
    private Finalization endWithResponse(
            CheckoutAttempt attempt, CheckoutAttemptState next, PaymentResult result, IdempotentResponse response) {
        return checkoutAttemptStatements.transitionWithResponse(attempt, next, result, response)
                ? Finalization.withResponse(response)
                : rollBack();
    }

    /** Another attempt is completing the cart: what this transaction has written belongs to neither. */
    private static Finalization rollBack() {
        QuarkusTransaction.setRollbackOnly();
        return Finalization.CONFLICT;
    }

    /**
     * Claims the reservation. If it has expired, reserves the units again and claims them.
     *
     * @return the new reservation; empty if the first one was claimed
     * @throws InsufficientStock if the units are no longer available
     */
    private Optional<Reservation> claimReservation(ReservationId reservation, NewOrder order) {
        String reference = order.id().toString();
        if (inventory.claim(reservation, reference)) {
            return Optional.empty();
        }
        List<StockQuantity> stock = order.lines().stream()
                .filter(NewOrder.NewOrderLine::stockTaken)
                .map(newOrderLine -> new StockQuantity(newOrderLine.sku(), newOrderLine.quantity()))
                .toList();
        PostalAddress address = order.addresses().shipping();
        Reservation renewed = inventory.reserve(
                new StockDemand(stock, address == null ? null : address.country()),
                CheckoutAttempt.RESERVATION_TIME_TO_LIVE);
        inventory.claim(renewed.id(), reference);
        return Optional.of(renewed);
    }

    private Finalization fail(CheckoutAttempt attempt, PaymentResult result) {
        if (!carts.reopen(attempt.cart())) {
            return Finalization.CONFLICT;
        }
        PaymentOutcome outcome = result.outcome();
        coupons.release(attempt.snapshot());
        payments.recordResult(attempt.payment(), result);
        attempt.reservation().ifPresent(inventory::release);
        if (outcome == PaymentOutcome.VOIDED || outcome == PaymentOutcome.PROVIDER_UNAVAILABLE) {
            return checkoutAttemptStatements.failAndReleaseKey(attempt, result) ? Finalization.APPLIED : rollBack();
        }
        ApiException declined = new ApiException(
                402,
                "payment_declined",
                "The payment was declined. The cart is open again and can be paid another way.");
        return endWithResponse(
                attempt,
                CheckoutAttemptState.FAILED,
                result,
                responseJson.problemResponse(declined, "Payment Required"));
    }

    private Finalization finalizePending(CheckoutAttempt attempt, PaymentResult result) {
        PaymentOutcome outcome = result.outcome();
        if (!outcome.isSuccessful() && !outcome.isFailed()) {
            checkoutAttemptStatements.updateWaitReason(attempt, result);
            payments.recordResult(attempt.payment(), result);
            return Finalization.APPLIED;
        }
        boolean paid = outcome.isSuccessful();
        if (!checkoutAttemptStatements.transition(
                attempt, paid ? CheckoutAttemptState.PLACED : CheckoutAttemptState.CANCELLED, result)) {
            return Finalization.CONFLICT;
        }
        Order order = orders.lock(attempt.snapshot().id());
        if (!paid) {
            coupons.release(order);
        }
        payments.recordResult(attempt.payment(), result);
        orders.apply(
                order,
                paid
                        ? order.paid(paymentStatus(outcome))
                        : order.cancelUnpaid(
                                outcome == PaymentOutcome.VOIDED ? PaymentStatus.VOIDED : PaymentStatus.FAILED));
        if (!paid) {
            restock(order);
        }
        return Finalization.APPLIED;
    }

    private void restock(Order order) {
        List<StockQuantity> stock = order.lines().stream()
                .filter(line -> line.restockableQuantity() > 0)
                .map(line -> new StockQuantity(line.sku(), line.restockableQuantity()))
                .toList();
        if (!stock.isEmpty()) {
            inventory.cancelSale(stock, order.id().toString());
        }
    }

    /** Refunds or voids money that the provider took or holds for a failed or cancelled attempt. */
    private Finalization reverseLatePayment(CheckoutAttempt attempt, PaymentResult result) {
        switch (result.outcome()) {
            case CAPTURED -> {
                if (payments.recordResult(attempt.payment(), result)) {
                    refund(attempt, result);
                }
            }
            case AUTHORIZED -> payments.scheduleVoid(attempt.payment());
            default -> payments.recordResult(attempt.payment(), result);
        }
        return Finalization.APPLIED;
    }

    /**
     * Ends an attempt that was paid after its reservation had expired and its stock was sold: reopens the cart and
     * returns the money.
     */
    @Transactional
    Finalization failOutOfStock(CheckoutAttempt attempt, PaymentResult result, InsufficientStock outOfStock) {
        if (!carts.reopen(attempt.cart())) {
            return Finalization.CONFLICT;
        }
        coupons.release(attempt.snapshot());
        if (result.outcome() == PaymentOutcome.CAPTURED) {
            payments.recordResult(attempt.payment(), result);
            refund(attempt, result);
        } else {
            payments.recordResult(attempt.payment(), PaymentResult.of(PaymentOutcome.VOIDED));
            payments.scheduleVoid(attempt.payment());
        }
        return endWithResponse(
                attempt, CheckoutAttemptState.FAILED, result, responseJson.problemResponse(outOfStock, "Conflict"));
    }

    private void refund(CheckoutAttempt attempt, PaymentResult result) {
        result.capturedAmount()
                .filter(amount -> amount.amount() > 0)
                .ifPresent(amount -> payments.createRefund(attempt.payment(), amount));
    }

    private static PaymentStatus paymentStatus(PaymentOutcome outcome) {
        return switch (outcome) {
            case AUTHORIZED -> PaymentStatus.AUTHORIZED;
            case CAPTURED -> PaymentStatus.CAPTURED;
            case DECLINED, VOIDED, MISMATCHED -> PaymentStatus.FAILED;
            case PENDING, UNKNOWN, NOT_FOUND, PROVIDER_UNAVAILABLE -> PaymentStatus.PENDING;
        };
    }
}
