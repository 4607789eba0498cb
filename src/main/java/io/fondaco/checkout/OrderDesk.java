package io.fondaco.checkout;

import io.fondaco.checkout.AfterSalesRequests.CancelRequest;
import io.fondaco.checkout.AfterSalesRequests.FulfillmentRequest;
import io.fondaco.checkout.AfterSalesRequests.RefundRequest;
import io.fondaco.checkout.AfterSalesRequests.ReturnRequest;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.StockQuantity;
import io.fondaco.order.Fulfillment;
import io.fondaco.order.FulfillmentId;
import io.fondaco.order.FulfillmentStatus;
import io.fondaco.order.LineChange;
import io.fondaco.order.Order;
import io.fondaco.order.OrderChange;
import io.fondaco.order.OrderId;
import io.fondaco.order.OrderLine;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.Orders;
import io.fondaco.order.PaymentStatus;
import io.fondaco.payment.Payment;
import io.fondaco.payment.PaymentAnswer;
import io.fondaco.payment.PaymentId;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentState;
import io.fondaco.payment.Payments;
import io.fondaco.payment.Refund;
import io.fondaco.payment.RefundAnswer;
import io.fondaco.payment.RefundMade;
import io.fondaco.payment.RefundRecord;
import io.fondaco.platform.idempotency.Idempotency;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.idempotency.StoredAnswer;
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
class OrderDesk {
    private static final String SYSTEM = "system";

    private final Idempotency idempotency;
    private final Orders orders;
    private final Payments payments;
    private final Inventory inventory;
    private final Documents documents;
    private final CouponUse coupons;

    OrderDesk(
            Idempotency idempotency,
            Orders orders,
            Payments payments,
            Inventory inventory,
            Documents documents,
            CouponUse coupons) {
        this.idempotency = idempotency;
        this.orders = orders;
        this.payments = payments;
        this.inventory = inventory;
        this.documents = documents;
        this.coupons = coupons;
    }

    /**
     * What a verb did, and what is left to do once it has committed.
     *
     * @param refund to be sent to its provider
     * @param abandoned to be voided at its provider
     */
    record Done(StoredAnswer answer, boolean replayed, Optional<Refund> refund, Optional<Payment> abandoned) {
        static Done replay(StoredAnswer answer) {
            return new Done(answer, true, Optional.empty(), Optional.empty());
        }
    }

    Optional<AdminOrderView> view(OrderId id) {
        return orders.find(id).map(this::view);
    }

    private AdminOrderView view(Order order) {
        return new AdminOrderView(
                order,
                payments.ofOrder(order.id().value()),
                payments.refundsOfOrder(order.id().value()),
                orders.fulfillments(order.id()),
                orders.history(order.id()),
                order.lines().stream().anyMatch(line -> line.backorderedQuantity() > 0)
                        ? inventory.backordersOf(order.id().toString())
                        : List.of());
    }

    @Transactional
    Done cancel(OrderId id, IdempotencyKey key, String actor, CancelRequest request) {
        Optional<StoredAnswer> answered = idempotency.claim(key);
        if (answered.isPresent()) {
            return Done.replay(answered.get());
        }
        Order order = orders.lock(id);
        requireConfirmed(order);
        Map<OrderLine, Integer> units = OrderUnits.toCancel(order, request.lines());
        Map<OrderLine, LineChange> changes = OrderUnits.changes(units, OrderLine::cancelling);
        boolean whole = endsUnsent(order, changes);
        if (whole) {
            coupons.giveBack(order);
        }
        Money value = whole ? order.due() : OrderUnits.refunded(order, changes);
        Payment payment = payment(order);
        Money captured = payment.captured().minus(payment.refunded());
        Money back = value.amount() < captured.amount() ? value : captured;
        Optional<Refund> refund = back.amount() > 0 ? Optional.of(refund(payment, back, changes)) : Optional.empty();
        boolean voids = whole
                && payment.state() == PaymentState.AUTHORIZED
                && payments.settle(payment.id(), PaymentAnswer.of(PaymentOutcome.VOIDED));
        if (voids) {
            payments.release(payment.id());
        }
        FulfillmentStatus fulfillment = afterWithdrawal(order, changes);
        PaymentStatus paid =
                voids ? PaymentStatus.VOIDED : refund.isPresent() ? status(payment, back) : order.paymentStatus();
        Order changed = orders.change(
                order,
                new OrderChange(
                        whole ? OrderStatus.CANCELLED : statusAfter(order.status(), fulfillment, paid),
                        paid,
                        fulfillment,
                        whole ? order.due() : OrderUnits.cancelled(order, changes),
                        List.copyOf(changes.values()),
                        "cancelled",
                        actor,
                        facts(request.reason(), units, refund)));
        restock(changed, changes);
        return done(key, 200, changed, refund, voids ? Optional.of(payment) : Optional.empty());
    }

    /** Whether nothing is left to be sent, and nothing was sent. */
    private static boolean endsUnsent(Order order, Map<OrderLine, LineChange> changes) {
        return OrderUnits.left(order, changes) == 0 && OrderUnits.nothingSent(order);
    }

    /** How far the order is sent once units were taken off what is to be sent. */
    private static FulfillmentStatus afterWithdrawal(Order order, Map<OrderLine, LineChange> changes) {
        return OrderUnits.left(order, changes) == 0 && !OrderUnits.nothingSent(order)
                ? FulfillmentStatus.FULFILLED
                : order.fulfillmentStatus();
    }

    /** Writes down money that goes back, and the units whose price it is. */
    private Refund refund(Payment payment, Money amount, Map<OrderLine, LineChange> changes) {
        Refund refund = payments.beginRefund(payment.id(), amount);
        orders.addRefundedUnits(refund.id().value(), List.copyOf(changes.values()));
        return refund;
    }

    /** The answer for an order that lost its pending payment, and with it everything else. */
    @Transactional
    StoredAnswer cancelledAlready(OrderId id, IdempotencyKey key) {
        return idempotency.claim(key).orElseGet(() -> finish(id, key, 200));
    }

    /** Writes down what the provider captured. */
    @Transactional
    Done captured(OrderId id, IdempotencyKey key, String actor, PaymentAnswer answer) {
        Optional<StoredAnswer> answered = idempotency.claim(key);
        if (answered.isPresent()) {
            return Done.replay(answered.get());
        }
        Order order = orders.lock(id);
        Payment payment = payment(order);
        if (isKnown(payment, answer)) {
            // The provider's webhook was faster than its answer.
            return done(key, 200, order, Optional.empty(), Optional.empty());
        }
        if (answer.outcome() != PaymentOutcome.CAPTURED || !payments.settle(payment.id(), answer)) {
            throw ApiException.conflict("not_capturable", "The payment of this order cannot be captured.");
        }
        Order changed = orders.change(order, captured(order, answer.taken().orElseThrow(), actor));
        return done(key, 200, changed, Optional.empty(), Optional.empty());
    }

    private static boolean isKnown(Payment payment, PaymentAnswer answer) {
        return answer.outcome() == PaymentOutcome.CAPTURED
                && payment.state() == PaymentState.CAPTURED
                && answer.taken().equals(Optional.of(payment.captured()));
    }

    private static OrderChange captured(Order order, Money amount, String actor) {
        return new OrderChange(
                statusAfter(order.status(), order.fulfillmentStatus(), PaymentStatus.CAPTURED),
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
    void reconcile(PaymentId id, PaymentAnswer answer) {
        Payment seen = payments.find(id).orElseThrow();
        OrderId orderId = new OrderId(seen.orderId());
        if (!concerns(seen, answer) || orders.find(orderId).isEmpty()) {
            return;
        }
        Order order = orders.lock(orderId);
        if (!payments.settle(id, answer)) {
            return;
        }
        if (answer.outcome() == PaymentOutcome.VOIDED) {
            orders.change(order, authorizationLost(order));
        } else if (order.status() == OrderStatus.CANCELLED) {
            payments.beginRefund(id, answer.taken().orElseThrow());
        } else {
            orders.change(order, captured(order, answer.taken().orElseThrow(), SYSTEM));
        }
    }

    private static boolean concerns(Payment payment, PaymentAnswer answer) {
        return switch (payment.state()) {
            case AUTHORIZED -> answer.outcome() == PaymentOutcome.CAPTURED || answer.outcome() == PaymentOutcome.VOIDED;
            case VOIDED -> answer.outcome() == PaymentOutcome.CAPTURED;
            case PENDING, CAPTURED, DECLINED, MISMATCHED -> false;
        };
    }

    private static OrderChange authorizationLost(Order order) {
        return new OrderChange(
                order.status(),
                PaymentStatus.VOIDED,
                order.fulfillmentStatus(),
                Money.zero(order.due().currency()),
                List.of(),
                "authorization_lost",
                SYSTEM,
                Map.of());
    }

    @Transactional
    Done refund(OrderId id, IdempotencyKey key, String actor, RefundRequest request) {
        Optional<StoredAnswer> answered = idempotency.claim(key);
        if (answered.isPresent()) {
            return Done.replay(answered.get());
        }
        Order order = orders.lock(id);
        Map<OrderLine, Integer> units = OrderUnits.toRefund(order, request.lines());
        boolean restock = Boolean.TRUE.equals(request.restock());
        Map<OrderLine, LineChange> changes =
                OrderUnits.changes(units, restock ? OrderLine::refundingWithRestock : OrderLine::refunding);
        boolean withdraws = changes.values().stream().anyMatch(change -> change.cancelled() > 0);
        boolean whole = withdraws && endsUnsent(order, changes);
        if (whole) {
            coupons.giveBack(order);
        }
        Payment payment = payment(order);
        Money amount = amount(order, changes, request);
        Optional<Refund> refund =
                amount.amount() > 0 ? Optional.of(refund(payment, amount, changes)) : Optional.empty();
        if (withdraws) {
            requireConfirmed(order);
        }
        PaymentStatus paid = refund.isPresent() ? status(payment, amount) : order.paymentStatus();
        FulfillmentStatus fulfillment = withdraws ? afterWithdrawal(order, changes) : order.fulfillmentStatus();
        Order changed = orders.change(
                order,
                new OrderChange(
                        withdraws ? statusAfter(order.status(), fulfillment, paid) : order.status(),
                        paid,
                        fulfillment,
                        OrderUnits.cancelled(order, changes),
                        List.copyOf(changes.values()),
                        "refunded",
                        actor,
                        facts(request.reason(), units, refund)));
        if (whole) {
            changed = orders.change(changed, nothingLeft(changed, actor));
        }
        restock(changed, changes);
        return done(key, 201, changed, refund, Optional.empty());
    }

    /** All of the order was refunded and put back into stock before anything was sent. */
    private static OrderChange nothingLeft(Order order, String actor) {
        return new OrderChange(
                OrderStatus.CANCELLED,
                order.paymentStatus(),
                order.fulfillmentStatus(),
                Money.zero(order.due().currency()),
                List.of(),
                "cancelled",
                actor,
                Map.of());
    }

    @Transactional
    Done fulfill(OrderId id, IdempotencyKey key, String actor, FulfillmentRequest request) {
        Optional<StoredAnswer> answered = idempotency.claim(key);
        if (answered.isPresent()) {
            return Done.replay(answered.get());
        }
        Order order = orders.lock(id);
        requireConfirmed(order);
        Map<OrderLine, Integer> units = OrderUnits.toFulfill(order, request.lines());
        Map<OrderLine, LineChange> changes = OrderUnits.changes(units, OrderLine::fulfilling);
        int left = OrderUnits.left(order, changes);
        FulfillmentStatus fulfillment = left == 0 ? FulfillmentStatus.FULFILLED : FulfillmentStatus.PARTIALLY_FULFILLED;
        Fulfillment sent = new Fulfillment(
                FulfillmentId.random(),
                OrderUnits.lines(units),
                request.carrier(),
                request.trackingNumber(),
                request.trackingUrl(),
                Instant.EPOCH);
        orders.addFulfillment(id, sent);
        Order changed = orders.change(
                order,
                new OrderChange(
                        statusAfter(order.status(), fulfillment, order.paymentStatus()),
                        order.paymentStatus(),
                        fulfillment,
                        Money.zero(order.due().currency()),
                        List.copyOf(changes.values()),
                        "fulfilled",
                        actor,
                        Map.of("fulfillment_id", sent.id().toString())));
        return done(key, 201, changed, Optional.empty(), Optional.empty());
    }

    @Transactional
    Done takeBack(OrderId id, IdempotencyKey key, String actor, ReturnRequest request) {
        Optional<StoredAnswer> answered = idempotency.claim(key);
        if (answered.isPresent()) {
            return Done.replay(answered.get());
        }
        Order order = orders.lock(id);
        Map<OrderLine, Integer> units = OrderUnits.toReturn(order, request.lines());
        boolean restock = Boolean.TRUE.equals(request.restock());
        boolean refunds = Boolean.TRUE.equals(request.refund());
        Map<OrderLine, LineChange> changes = OrderUnits.changes(units, (line, count) -> {
            LineChange all = line.returning(count);
            LineChange paidBack = refunds ? all : all.withoutRefund();
            return restock ? paidBack : paidBack.withoutRestock();
        });
        Payment payment = payment(order);
        Money price = OrderUnits.refunded(order, changes);
        Optional<Refund> refund = price.amount() > 0 ? Optional.of(refund(payment, price, changes)) : Optional.empty();
        Order changed = orders.change(
                order,
                new OrderChange(
                        order.status(),
                        refund.isPresent() ? status(payment, price) : order.paymentStatus(),
                        order.fulfillmentStatus(),
                        Money.zero(price.currency()),
                        List.copyOf(changes.values()),
                        "returned",
                        actor,
                        facts(request.reason(), units, refund)));
        restock(changed, changes);
        return done(key, 201, changed, refund, Optional.empty());
    }

    /**
     * Writes down refunds that somebody made at the provider; those that are written down already change nothing.
     *
     * @return false if there are some that cannot be written down before a refund of ours has ended
     */
    @Transactional
    boolean refundsMade(Payment payment, List<RefundMade> made) {
        if (made.isEmpty()) {
            return true;
        }
        boolean all = true;
        OrderId orderId = new OrderId(payment.orderId());
        Optional<Order> order = orders.find(orderId).map(_ -> orders.lock(orderId));
        for (RefundMade refund : made) {
            RefundRecord record = payments.recordRefund(payment.id(), refund);
            all &= !record.later();
            if (record.refund().isPresent() && order.isPresent()) {
                order = Optional.of(orders.change(
                        order.get(), refundMade(order.get(), record.refund().get())));
            }
        }
        return all;
    }

    private OrderChange refundMade(Order order, Refund refund) {
        Money nothing = Money.zero(refund.amount().currency());
        return new OrderChange(
                order.status(),
                status(payments.find(refund.paymentId()).orElseThrow(), nothing),
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
    boolean refundEnded(Refund refund, RefundAnswer answer) {
        if (answer.state() != Refund.State.FAILED) {
            payments.settleRefund(refund.id(), answer);
            return false;
        }
        OrderId id = new OrderId(refund.orderId());
        Optional<Order> order = orders.find(id).map(_ -> orders.lock(id));
        boolean failed = payments.settleRefund(refund.id(), answer);
        if (failed && order.isPresent()) {
            orders.change(order.get(), refundFailed(order.get(), refund));
        }
        return failed;
    }

    private OrderChange refundFailed(Order order, Refund refund) {
        Money nothing = Money.zero(refund.amount().currency());
        return new OrderChange(
                order.status(),
                status(payment(order), nothing),
                order.fulfillmentStatus(),
                nothing,
                orders.failedRefund(order, refund.id().value()),
                "refund_failed",
                SYSTEM,
                Map.of("refund_id", refund.id().toString(), "amount", refund.amount()));
    }

    /** Stores the answer anew, now that what was left to do is done. */
    @Transactional
    StoredAnswer finish(OrderId id, IdempotencyKey key, int status) {
        StoredAnswer answer = new StoredAnswer(status, documents.write(view(id).orElseThrow()));
        idempotency.store(key, answer);
        return answer;
    }

    private Done done(
            IdempotencyKey key, int status, Order order, Optional<Refund> refund, Optional<Payment> abandoned) {
        StoredAnswer answer = new StoredAnswer(status, documents.write(view(order)));
        idempotency.store(key, answer);
        return new Done(answer, false, refund, abandoned);
    }

    /** Of units that were not sent, those that are still waited for are waited for no more: they were never on the shelf. */
    private void restock(Order order, Map<OrderLine, LineChange> changes) {
        List<StockQuantity> unsent = OrderUnits.toRestock(changes, LineChange::restockedUnsent);
        if (!unsent.isEmpty()) {
            inventory.cancelSale(unsent, order.id().toString());
        }
        List<StockQuantity> returned = OrderUnits.toRestock(changes, LineChange::restockedReturned);
        if (!returned.isEmpty()) {
            inventory.restock(returned, order.id().toString());
        }
    }

    private Payment payment(Order order) {
        return payments.ofOrder(order.id().value()).getFirst();
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
    private static Money amount(Order order, Map<OrderLine, LineChange> changes, RefundRequest request) {
        Money price = OrderUnits.refunded(order, changes);
        Money asked = request.amount();
        Money amount = asked == null ? price : asked;
        if (!amount.currency().equals(order.due().currency())) {
            throw ApiException.invalid(
                    "/amount/currency",
                    "wrong_currency",
                    "The order is in " + order.due().currency() + ".");
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
    private static PaymentStatus status(Payment payment, Money more) {
        Money refunded = payment.refunded().plus(more);
        if (refunded.amount() == 0) {
            return PaymentStatus.CAPTURED;
        }
        return refunded.equals(payment.captured()) ? PaymentStatus.REFUNDED : PaymentStatus.PARTIALLY_REFUNDED;
    }

    private static OrderStatus statusAfter(OrderStatus now, FulfillmentStatus fulfillment, PaymentStatus paid) {
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
            facts.put("lines", OrderUnits.lines(units));
        }
        refund.ifPresent(money -> {
            facts.put("refund_id", money.id().toString());
            facts.put("amount", money.amount());
        });
        return facts;
    }
}
