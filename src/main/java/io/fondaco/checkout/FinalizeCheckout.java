package io.fondaco.checkout;

import io.fondaco.cart.Carts;
import io.fondaco.customer.Customers;
import io.fondaco.inventory.InsufficientStock;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.Reservation;
import io.fondaco.inventory.ReservationId;
import io.fondaco.inventory.StockDemand;
import io.fondaco.inventory.StockQuantity;
import io.fondaco.order.NewOrder;
import io.fondaco.order.Order;
import io.fondaco.order.OrderChange;
import io.fondaco.order.OrderLineChange;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.Orders;
import io.fondaco.order.PaymentStatus;
import io.fondaco.order.StoreOrder;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentResult;
import io.fondaco.payment.Payments;
import io.fondaco.platform.idempotency.Idempotency;
import io.fondaco.platform.idempotency.IdempotentResponse;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The last transaction of a completion: what the provider said becomes an order, or an open cart. The request itself, a
 * webhook and the recovery all end here; the first of them wins, and the others find that it moved.
 *
 * <p>An order paid at once costs nine statements with those of inventory and the outbox, stock next to last.
 */
@RetriedWrites
@ApplicationScoped
class FinalizeCheckout {
    private final CheckoutAttemptRepository checkoutAttemptRepository;
    private final Carts carts;
    private final Customers customers;
    private final Orders orders;
    private final Payments payments;
    private final Inventory inventory;
    private final Idempotency idempotency;
    private final ResponseJson responseJson;
    private final CheckoutSettings settings;
    private final CouponRedemptions coupons;
    private final CrashInjector crashInjector;

    FinalizeCheckout(
            CheckoutAttemptRepository checkoutAttemptRepository,
            Carts carts,
            Customers customers,
            Orders orders,
            Payments payments,
            Inventory inventory,
            Idempotency idempotency,
            ResponseJson responseJson,
            CheckoutSettings settings,
            CouponRedemptions coupons,
            CrashInjector crashInjector) {
        this.checkoutAttemptRepository = checkoutAttemptRepository;
        this.carts = carts;
        this.customers = customers;
        this.orders = orders;
        this.payments = payments;
        this.inventory = inventory;
        this.idempotency = idempotency;
        this.responseJson = responseJson;
        this.settings = settings;
        this.coupons = coupons;
        this.crashInjector = crashInjector;
    }

    /**
     * What came of drawing a conclusion.
     *
     * @param applied false if somebody else moved the completion in the meantime
     * @param response what was kept for the client, if it was now
     */
    record Finalization(boolean applied, Optional<IdempotentResponse> response) {
        private static final Finalization CONFLICT = new Finalization(false, Optional.empty());
        private static final Finalization APPLIED = new Finalization(true, Optional.empty());

        private static Finalization withResponse(IdempotentResponse answer) {
            return new Finalization(true, Optional.of(answer));
        }
    }

    /**
     * Draws the conclusion from what the provider said.
     *
     * @param seen as the caller last saw it
     * @throws InsufficientStock if the stock that was set aside is gone; nothing is written then, see {@link #failOutOfStock}
     */
    @Transactional
    Finalization onPaymentResult(CheckoutAttempt seen, PaymentResult answer) {
        return switch (seen.state()) {
            case RESERVED -> finalizeReserved(seen, answer);
            case PENDING -> finalizePending(seen, answer);
            case PLACED -> Finalization.APPLIED;
            case FAILED, CANCELLED -> reverseLatePayment(seen, answer);
        };
    }

    private Finalization finalizeReserved(CheckoutAttempt seen, PaymentResult answer) {
        PaymentOutcome outcome = answer.outcome();
        if (outcome.isFailed() || outcome == PaymentOutcome.PROVIDER_UNAVAILABLE) {
            return fail(seen, answer);
        }
        boolean paid = outcome.isSuccessful();
        if (!checkoutAttemptRepository.transition(
                seen, paid ? CheckoutAttemptState.PLACED : CheckoutAttemptState.PENDING, answer)) {
            return Finalization.CONFLICT;
        }
        NewOrder snapshot = seen.snapshot();
        carts.markCompleted(seen.cart());
        Order order = orders.place(
                snapshot,
                customers.findOrCreateGuest(snapshot.email()).id(),
                paid ? OrderStatus.CONFIRMED : OrderStatus.PAYMENT_PENDING,
                paymentStatus(outcome));
        payments.recordResult(seen.payment(), answer);
        Optional<Reservation> anew = seen.reservation().flatMap(reservation -> claimReservation(reservation, snapshot));
        if (anew.filter(made -> !made.backorderedUnits().equals(snapshot.backordered()))
                .isPresent()) {
            order = orders.updateBackorders(order.id(), anew.get().backorderedUnits());
        }
        IdempotentResponse kept = new IdempotentResponse(paid ? 201 : 202, responseJson.write(StoreOrder.of(order)));
        idempotency.store(seen.idempotencyKey(), kept);
        crashInjector.crashIfConfigured(CrashPoint.CONCLUDED_UNCOMMITTED);
        return Finalization.withResponse(kept);
    }

    /**
     * The units were set aside; should that have run out, they are taken anew if they are still there.
     *
     * @return what was set aside anew
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
        Reservation anew = inventory.reserve(
                new StockDemand(stock, address == null ? null : address.country()), settings.reservationTtl());
        inventory.claim(anew.id(), reference);
        return Optional.of(anew);
    }

    private Finalization fail(CheckoutAttempt seen, PaymentResult answer) {
        PaymentOutcome outcome = answer.outcome();
        if (!checkoutAttemptRepository.transition(seen, CheckoutAttemptState.FAILED, answer)) {
            return Finalization.CONFLICT;
        }
        carts.reopen(seen.cart());
        coupons.release(seen.snapshot());
        payments.recordResult(seen.payment(), answer);
        seen.reservation().ifPresent(inventory::release);
        if (outcome == PaymentOutcome.VOIDED || outcome == PaymentOutcome.PROVIDER_UNAVAILABLE) {
            // Nobody was asked for money: the client may try again with the same key.
            idempotency.release(seen.idempotencyKey());
            return Finalization.APPLIED;
        }
        ApiException declined = new ApiException(
                402, "payment_declined", "The payment was declined; the cart is open for another one.");
        IdempotentResponse kept = responseJson.problemResponse(declined, "Payment Required");
        idempotency.store(seen.idempotencyKey(), kept);
        return Finalization.withResponse(kept);
    }

    private Finalization finalizePending(CheckoutAttempt seen, PaymentResult answer) {
        PaymentOutcome outcome = answer.outcome();
        if (!outcome.isSuccessful() && !outcome.isFailed()) {
            payments.recordResult(seen.payment(), answer);
            checkoutAttemptRepository.updateWaitReason(seen, answer);
            return Finalization.APPLIED;
        }
        boolean paid = outcome.isSuccessful();
        if (!checkoutAttemptRepository.transition(
                seen, paid ? CheckoutAttemptState.PLACED : CheckoutAttemptState.CANCELLED, answer)) {
            return Finalization.CONFLICT;
        }
        Order order = orders.lock(seen.snapshot().id());
        if (!paid) {
            coupons.release(order);
        }
        payments.recordResult(seen.payment(), answer);
        orders.apply(order, paid ? paidChange(order, outcome) : cancelledChange(order, outcome));
        if (!paid) {
            restock(order);
        }
        return Finalization.APPLIED;
    }

    private static OrderChange paidChange(Order order, PaymentOutcome outcome) {
        return new OrderChange(
                OrderStatus.CONFIRMED,
                paymentStatus(outcome),
                order.fulfillmentStatus(),
                Money.zero(order.currentTotal().currency()),
                List.of(),
                "paid",
                "system",
                Map.of());
    }

    private static OrderChange cancelledChange(Order order, PaymentOutcome outcome) {
        List<OrderLineChange> lines = order.lines().stream()
                .map(line -> line.cancel(line.openQuantity()))
                .toList();
        return new OrderChange(
                OrderStatus.CANCELLED,
                outcome == PaymentOutcome.VOIDED ? PaymentStatus.VOIDED : PaymentStatus.FAILED,
                order.fulfillmentStatus(),
                order.currentTotal(),
                lines,
                "cancelled",
                "system",
                Map.of("reason", "not paid"));
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

    /** The provider took money, or holds it, for something that was given up: it goes back. */
    private Finalization reverseLatePayment(CheckoutAttempt seen, PaymentResult answer) {
        switch (answer.outcome()) {
            case CAPTURED -> {
                if (payments.recordResult(seen.payment(), answer)) {
                    refund(seen, answer);
                }
            }
            case AUTHORIZED -> payments.scheduleVoid(seen.payment());
            default -> payments.recordResult(seen.payment(), answer);
        }
        return Finalization.APPLIED;
    }

    /**
     * Ends a completion whose payment went through after its stock had run out and was sold: the cart is open again,
     * the money goes back.
     */
    @Transactional
    Finalization failOutOfStock(CheckoutAttempt seen, PaymentResult answer, InsufficientStock shortage) {
        if (!checkoutAttemptRepository.transition(seen, CheckoutAttemptState.FAILED, answer)) {
            return Finalization.CONFLICT;
        }
        carts.reopen(seen.cart());
        coupons.release(seen.snapshot());
        if (answer.outcome() == PaymentOutcome.CAPTURED) {
            payments.recordResult(seen.payment(), answer);
            refund(seen, answer);
        } else {
            payments.recordResult(seen.payment(), PaymentResult.of(PaymentOutcome.VOIDED));
            payments.scheduleVoid(seen.payment());
        }
        IdempotentResponse kept = responseJson.problemResponse(shortage, "Conflict");
        idempotency.store(seen.idempotencyKey(), kept);
        return Finalization.withResponse(kept);
    }

    private void refund(CheckoutAttempt seen, PaymentResult answer) {
        answer.capturedAmount()
                .filter(taken -> taken.amount() > 0)
                .ifPresent(taken -> payments.createRefund(seen.payment(), taken));
    }

    private static PaymentStatus paymentStatus(PaymentOutcome outcome) {
        return switch (outcome) {
            case AUTHORIZED -> PaymentStatus.AUTHORIZED;
            case CAPTURED -> PaymentStatus.CAPTURED;
            case DECLINED, VOIDED, MISMATCHED -> PaymentStatus.FAILED;
            case PENDING, UNKNOWN, NOT_FOUND, PROVIDER_UNAVAILABLE -> PaymentStatus.PENDING;
        };
    }

    /** The answer that was stored for this completion. */
    @Transactional
    IdempotentResponse storedResponse(CheckoutAttempt checkoutAttempt) {
        return idempotency
                .find(checkoutAttempt.idempotencyKey())
                .orElseThrow(() -> ApiException.unavailable(
                        "completion_interrupted",
                        "The completion was interrupted and undone; try again with the same Idempotency-Key.",
                        Duration.ofSeconds(1)));
    }
}
