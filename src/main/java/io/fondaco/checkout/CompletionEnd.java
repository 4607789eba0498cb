package io.fondaco.checkout;

import io.fondaco.cart.Carts;
import io.fondaco.customer.Customers;
import io.fondaco.inventory.InsufficientStock;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.Reservation;
import io.fondaco.inventory.ReservationId;
import io.fondaco.inventory.StockDemand;
import io.fondaco.inventory.StockQuantity;
import io.fondaco.order.LineChange;
import io.fondaco.order.NewOrder;
import io.fondaco.order.Order;
import io.fondaco.order.OrderChange;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.Orders;
import io.fondaco.order.PaymentStatus;
import io.fondaco.order.StoreOrder;
import io.fondaco.payment.PaymentAnswer;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.Payments;
import io.fondaco.platform.idempotency.Idempotency;
import io.fondaco.platform.idempotency.StoredAnswer;
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
class CompletionEnd {
    private final Completions completions;
    private final Carts carts;
    private final Customers customers;
    private final Orders orders;
    private final Payments payments;
    private final Inventory inventory;
    private final Idempotency idempotency;
    private final Documents documents;
    private final CheckoutSettings settings;
    private final CouponUse coupons;
    private final CutOff cutOff;

    CompletionEnd(
            Completions completions,
            Carts carts,
            Customers customers,
            Orders orders,
            Payments payments,
            Inventory inventory,
            Idempotency idempotency,
            Documents documents,
            CheckoutSettings settings,
            CouponUse coupons,
            CutOff cutOff) {
        this.completions = completions;
        this.carts = carts;
        this.customers = customers;
        this.orders = orders;
        this.payments = payments;
        this.inventory = inventory;
        this.idempotency = idempotency;
        this.documents = documents;
        this.settings = settings;
        this.coupons = coupons;
        this.cutOff = cutOff;
    }

    /**
     * What came of drawing a conclusion.
     *
     * @param drawn false if somebody else moved the completion in the meantime
     * @param answer what was kept for the client, if it was now
     */
    record Conclusion(boolean drawn, Optional<StoredAnswer> answer) {
        private static final Conclusion MOVED = new Conclusion(false, Optional.empty());
        private static final Conclusion DRAWN = new Conclusion(true, Optional.empty());

        private static Conclusion with(StoredAnswer answer) {
            return new Conclusion(true, Optional.of(answer));
        }
    }

    /**
     * Draws the conclusion from what the provider said.
     *
     * @param seen as the caller last saw it
     * @throws InsufficientStock if the stock that was set aside is gone; nothing is written then, see {@link #giveBack}
     */
    @Transactional
    Conclusion settle(Completion seen, PaymentAnswer answer) {
        return switch (seen.state()) {
            case RESERVED -> conclude(seen, answer);
            case PENDING -> decide(seen, answer);
            case PLACED -> Conclusion.DRAWN;
            case FAILED, CANCELLED -> returnLateMoney(seen, answer);
        };
    }

    private Conclusion conclude(Completion seen, PaymentAnswer answer) {
        PaymentOutcome outcome = answer.outcome();
        if (outcome.refused() || outcome == PaymentOutcome.NOT_ASKED) {
            return fail(seen, answer);
        }
        boolean paid = outcome.paid();
        if (!completions.move(seen, paid ? CompletionState.PLACED : CompletionState.PENDING, answer)) {
            return Conclusion.MOVED;
        }
        NewOrder snapshot = seen.snapshot();
        carts.completed(seen.cart());
        Order order = orders.place(
                snapshot,
                customers.guest(snapshot.email()).id(),
                paid ? OrderStatus.CONFIRMED : OrderStatus.PAYMENT_PENDING,
                paymentStatus(outcome));
        payments.settle(seen.payment(), answer);
        Optional<Reservation> anew = seen.reservation().flatMap(reservation -> claim(reservation, snapshot));
        if (anew.filter(made -> !made.backorderedUnits().equals(snapshot.backordered()))
                .isPresent()) {
            order = orders.backorder(order.id(), anew.get().backorderedUnits());
        }
        StoredAnswer kept = new StoredAnswer(paid ? 201 : 202, documents.write(StoreOrder.of(order)));
        idempotency.store(seen.key(), kept);
        cutOff.reach(CompletionStep.CONCLUDED_UNCOMMITTED);
        return Conclusion.with(kept);
    }

    /**
     * The units were set aside; should that have run out, they are taken anew if they are still there.
     *
     * @return what was set aside anew
     */
    private Optional<Reservation> claim(ReservationId reservation, NewOrder order) {
        String reference = order.id().toString();
        if (inventory.claim(reservation, reference)) {
            return Optional.empty();
        }
        List<StockQuantity> stock = order.lines().stream()
                .filter(NewOrder.Line::stockTaken)
                .map(line -> new StockQuantity(line.sku(), line.quantity()))
                .toList();
        PostalAddress address = order.addresses().shipping();
        Reservation anew = inventory.reserve(
                new StockDemand(stock, address == null ? null : address.country()), settings.reservationTtl());
        inventory.claim(anew.id(), reference);
        return Optional.of(anew);
    }

    private Conclusion fail(Completion seen, PaymentAnswer answer) {
        PaymentOutcome outcome = answer.outcome();
        if (!completions.move(seen, CompletionState.FAILED, answer)) {
            return Conclusion.MOVED;
        }
        carts.reopen(seen.cart());
        coupons.giveBack(seen.snapshot());
        payments.settle(seen.payment(), answer);
        seen.reservation().ifPresent(inventory::release);
        if (outcome == PaymentOutcome.VOIDED || outcome == PaymentOutcome.NOT_ASKED) {
            // Nobody was asked for money: the client may try again with the same key.
            idempotency.release(seen.key());
            return Conclusion.DRAWN;
        }
        ApiException declined = new ApiException(
                402, "payment_declined", "The payment was declined; the cart is open for another one.");
        StoredAnswer kept = documents.problem(declined, "Payment Required");
        idempotency.store(seen.key(), kept);
        return Conclusion.with(kept);
    }

    private Conclusion decide(Completion seen, PaymentAnswer answer) {
        PaymentOutcome outcome = answer.outcome();
        if (!outcome.paid() && !outcome.refused()) {
            payments.settle(seen.payment(), answer);
            completions.await(seen, answer);
            return Conclusion.DRAWN;
        }
        boolean paid = outcome.paid();
        if (!completions.move(seen, paid ? CompletionState.PLACED : CompletionState.CANCELLED, answer)) {
            return Conclusion.MOVED;
        }
        Order order = orders.lock(seen.snapshot().id());
        if (!paid) {
            coupons.giveBack(order);
        }
        payments.settle(seen.payment(), answer);
        orders.change(order, paid ? paid(order, outcome) : cancelled(order, outcome));
        if (!paid) {
            restock(order);
        }
        return Conclusion.DRAWN;
    }

    private static OrderChange paid(Order order, PaymentOutcome outcome) {
        return new OrderChange(
                OrderStatus.CONFIRMED,
                paymentStatus(outcome),
                order.fulfillmentStatus(),
                Money.zero(order.due().currency()),
                List.of(),
                "paid",
                "system",
                Map.of());
    }

    private static OrderChange cancelled(Order order, PaymentOutcome outcome) {
        List<LineChange> lines =
                order.lines().stream().map(line -> line.cancelling(line.open())).toList();
        return new OrderChange(
                OrderStatus.CANCELLED,
                outcome == PaymentOutcome.VOIDED ? PaymentStatus.VOIDED : PaymentStatus.FAILED,
                order.fulfillmentStatus(),
                order.due(),
                lines,
                "cancelled",
                "system",
                Map.of("reason", "not paid"));
    }

    private void restock(Order order) {
        List<StockQuantity> stock = order.lines().stream()
                .filter(line -> line.restockable() > 0)
                .map(line -> new StockQuantity(line.sku(), line.restockable()))
                .toList();
        if (!stock.isEmpty()) {
            inventory.cancelSale(stock, order.id().toString());
        }
    }

    /** The provider took money, or holds it, for something that was given up: it goes back. */
    private Conclusion returnLateMoney(Completion seen, PaymentAnswer answer) {
        switch (answer.outcome()) {
            case CAPTURED -> {
                if (payments.settle(seen.payment(), answer)) {
                    refund(seen, answer);
                }
            }
            case AUTHORIZED -> payments.release(seen.payment());
            default -> payments.settle(seen.payment(), answer);
        }
        return Conclusion.DRAWN;
    }

    /**
     * Ends a completion whose payment went through after its stock had run out and was sold: the cart is open again,
     * the money goes back.
     */
    @Transactional
    Conclusion giveBack(Completion seen, PaymentAnswer answer, InsufficientStock shortage) {
        if (!completions.move(seen, CompletionState.FAILED, answer)) {
            return Conclusion.MOVED;
        }
        carts.reopen(seen.cart());
        coupons.giveBack(seen.snapshot());
        if (answer.outcome() == PaymentOutcome.CAPTURED) {
            payments.settle(seen.payment(), answer);
            refund(seen, answer);
        } else {
            payments.settle(seen.payment(), PaymentAnswer.of(PaymentOutcome.VOIDED));
            payments.release(seen.payment());
        }
        StoredAnswer kept = documents.problem(shortage, "Conflict");
        idempotency.store(seen.key(), kept);
        return Conclusion.with(kept);
    }

    private void refund(Completion seen, PaymentAnswer answer) {
        answer.taken()
                .filter(taken -> taken.amount() > 0)
                .ifPresent(taken -> payments.beginRefund(seen.payment(), taken));
    }

    private static PaymentStatus paymentStatus(PaymentOutcome outcome) {
        return switch (outcome) {
            case AUTHORIZED -> PaymentStatus.AUTHORIZED;
            case CAPTURED -> PaymentStatus.CAPTURED;
            case DECLINED, VOIDED, MISMATCHED -> PaymentStatus.FAILED;
            case PENDING, UNKNOWN, NOT_FOUND, NOT_ASKED -> PaymentStatus.PENDING;
        };
    }

    /** The answer that was stored for this completion. */
    @Transactional
    StoredAnswer answer(Completion completion) {
        return idempotency
                .find(completion.key())
                .orElseThrow(() -> ApiException.unavailable(
                        "completion_interrupted",
                        "The completion was interrupted and undone; try again with the same Idempotency-Key.",
                        Duration.ofSeconds(1)));
    }
}
