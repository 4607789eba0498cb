package io.fondaco.checkout;

import io.fondaco.checkout.AfterSalesRequests.CancelRequest;
import io.fondaco.checkout.AfterSalesRequests.CaptureRequest;
import io.fondaco.order.Order;
import io.fondaco.order.OrderId;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.Orders;
import io.fondaco.payment.Payment;
import io.fondaco.payment.PaymentAnswer;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentState;
import io.fondaco.payment.Payments;
import io.fondaco.payment.Refund;
import io.fondaco.payment.RefundMade;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/** The verbs on an order, with what has to be said to a provider before or after the transaction of {@link OrderDesk}. */
@ApplicationScoped
class AfterSales {
    private static final Logger LOG = Logger.getLogger(AfterSales.class);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final OrderDesk desk;
    private final Orders orders;
    private final Payments payments;
    private final Completions completions;
    private final CompleteCart completeCart;

    AfterSales(OrderDesk desk, Orders orders, Payments payments, Completions completions, CompleteCart completeCart) {
        this.desk = desk;
        this.orders = orders;
        this.payments = payments;
        this.completions = completions;
        this.completeCart = completeCart;
    }

    /** An order whose payment is pending loses that first; should it turn out paid, it is cancelled like any other. */
    @Transactional(Transactional.TxType.NEVER)
    Answer cancel(OrderId id, IdempotencyKey key, String actor, CancelRequest request) {
        Order order = find(id);
        if (order.status() == OrderStatus.PAYMENT_PENDING && request.lines() == null) {
            Completion completion = completions.ofOrder(id).orElseThrow();
            Payment payment = payments.find(completion.payment()).orElseThrow();
            completeCart.settle(completion, payments.abandon(payment));
            if (find(id).status() == OrderStatus.CANCELLED) {
                return new Answer(desk.cancelledAlready(id, key), false);
            }
        }
        return finish(id, key, desk.cancel(id, key, actor, request));
    }

    /**
     * What was captured at the provider and not written down, for a crash, is captured again under the same reference.
     *
     * @throws ApiException 503 {@code payment_outcome_unknown} if the provider did not say: nothing is written down
     */
    @Transactional(Transactional.TxType.NEVER)
    Answer capture(OrderId id, IdempotencyKey key, String actor, CaptureRequest request) {
        Order order = find(id);
        Payment payment = payments.ofOrder(id.value()).getFirst();
        PaymentAnswer answer = payment.state() == PaymentState.AUTHORIZED && order.status() != OrderStatus.CANCELLED
                ? payments.capture(payment, amount(order, request))
                : PaymentAnswer.of(PaymentOutcome.NOT_FOUND);
        if (answer.outcome() == PaymentOutcome.UNKNOWN) {
            throw unknown(
                    "The provider did not say whether it took the money; try again with the same Idempotency-Key.");
        }
        if (answer.outcome() == PaymentOutcome.VOIDED) {
            desk.reconcile(payment.id(), answer);
        }
        return finish(id, key, desk.captured(id, key, actor, answer));
    }

    private static ApiException unknown(String detail) {
        return ApiException.unavailable("payment_outcome_unknown", detail, RETRY_AFTER);
    }

    private static Money amount(Order order, CaptureRequest request) {
        Money asked = request.amount();
        if (asked == null) {
            return order.due();
        }
        if (!asked.currency().equals(order.due().currency())) {
            throw ApiException.invalid(
                    "/amount/currency",
                    "wrong_currency",
                    "The order is in " + order.due().currency() + ".");
        }
        if (asked.amount() <= 0 || asked.amount() > order.due().amount()) {
            throw ApiException.invalid(
                    "/amount", "amount_out_of_range", "Between nothing and what is due: " + order.due() + ".");
        }
        return asked;
    }

    /**
     * Something happened to a payment: asks its provider what, and draws the conclusions for the completion, for an order
     * that stands already, for refunds that are under way, for the one that it is about, and for those that were made at the provider. None are drawn
     * while no money was asked for: whoever is about to ask for it, or to give it up, will.
     *
     * @throws ApiException 503 {@code payment_outcome_unknown} if the provider does not say
     */
    @Transactional(Transactional.TxType.NEVER)
    void look(Payments.Told told) {
        Payment payment = told.payment();
        PaymentAnswer answer = payments.query(payment);
        if (answer.outcome() == PaymentOutcome.UNKNOWN) {
            throw cannotBeAsked();
        }
        if (answer.outcome() == PaymentOutcome.NOT_FOUND) {
            return;
        }
        conclude(payment, answer);
        List<Refund> refunds = payments.refundsOfOrder(payment.orderId());
        refunds.stream()
                .filter(refund -> refund.state() == Refund.State.PENDING)
                .forEach(this::sendRefund);
        told.refund().ifPresent(named -> refunds.stream()
                .filter(refund -> refund.state() == Refund.State.SUCCEEDED)
                .filter(refund -> named.equals(refund.providerReference()))
                .forEach(this::askAfter));
        if (told.ofRefund()) {
            List<RefundMade> made = payments.refundsMade(payment).orElseThrow(AfterSales::cannotBeAsked);
            if (!desk.refundsMade(payment, made)) {
                throw unknown("A refund of ours has not ended yet; tell it again.");
            }
        }
    }

    /** A refund that succeeded can still come back: a bank may refuse the money weeks later. */
    private void askAfter(Refund refund) {
        if (desk.refundEnded(refund, payments.askAfter(refund.id()).orElseThrow(AfterSales::cannotBeAsked))) {
            LOG.errorf("Refund %s failed after it had succeeded: the money is with the shop again", refund.id());
        }
    }

    private static ApiException cannotBeAsked() {
        return unknown("The provider cannot be asked just now; tell it again.");
    }

    private void conclude(Payment payment, PaymentAnswer answer) {
        completeCart.receive(payment, answer);
        desk.reconcile(payment.id(), answer);
    }

    /** Tells a provider to let go of what it holds. What it has taken instead is given back. */
    @Transactional(Transactional.TxType.NEVER)
    void release(Payment payment) {
        PaymentAnswer answer = payments.abandon(payment);
        LOG.infof("Payment %s is given up; its provider says %s", payment.id(), answer.outcome());
        switch (answer.outcome()) {
            case VOIDED, DECLINED, NOT_FOUND -> payments.released(payment.id());
            case CAPTURED, MISMATCHED -> {
                conclude(payment, answer);
                payments.released(payment.id());
            }
            default -> {
                // It is told again.
            }
        }
    }

    /** Sends what is to be sent, then stores the answer as it has become. */
    @Transactional(Transactional.TxType.NEVER)
    Answer finish(OrderId id, IdempotencyKey key, OrderDesk.Done done) {
        if (done.replayed() || (done.refund().isEmpty() && done.abandoned().isEmpty())) {
            return new Answer(done.answer(), done.replayed());
        }
        done.refund().ifPresent(this::sendRefund);
        done.abandoned().ifPresent(this::release);
        return new Answer(desk.finish(id, key, done.answer().status()), false);
    }

    @Transactional(Transactional.TxType.NEVER)
    void sendRefund(Refund refund) {
        boolean failed = desk.refundEnded(refund, payments.send(refund.id()));
        if (failed) {
            // Somebody may have given the money back at the provider. While ours was pending, that could not be written
            // down.
            Payment payment = payments.find(refund.paymentId()).orElseThrow();
            payments.refundsMade(payment).ifPresent(made -> desk.refundsMade(payment, made));
        }
    }

    private Order find(OrderId id) {
        return orders.find(id).orElseThrow(() -> ApiException.notFound("order", id.toString()));
    }
}
