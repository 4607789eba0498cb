package io.fondaco.checkout;

import io.fondaco.checkout.AfterSalesRequests.CancelRequest;
import io.fondaco.order.Order;
import io.fondaco.order.OrderId;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.Orders;
import io.fondaco.payment.Payment;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentState;
import io.fondaco.payment.Payments;
import io.fondaco.payment.Refund;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import org.jboss.logging.Logger;

/** The verbs on an order, with what has to be said to a provider before or after the transaction of {@link OrderDesk}. */
@ApplicationScoped
class AfterSales {
    private static final Logger LOG = Logger.getLogger(AfterSales.class);

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

    /** What was captured at the provider and not written down, for a crash, is captured again under the same reference. */
    @Transactional(Transactional.TxType.NEVER)
    Answer capture(OrderId id, IdempotencyKey key, String actor) {
        Order order = find(id);
        Payment payment = payments.ofOrder(id.value()).getFirst();
        PaymentOutcome outcome = payment.state() == PaymentState.AUTHORIZED && order.status() != OrderStatus.CANCELLED
                ? payments.capture(payment, order.due())
                : PaymentOutcome.NOT_FOUND;
        return finish(id, key, desk.captured(id, key, actor, outcome, order.due()));
    }

    /** Sends what is to be sent, then stores the answer as it has become. */
    @Transactional(Transactional.TxType.NEVER)
    Answer finish(OrderId id, IdempotencyKey key, OrderDesk.Done done) {
        if (done.replayed() || (done.refund().isEmpty() && done.abandoned().isEmpty())) {
            return new Answer(done.answer(), done.replayed());
        }
        done.refund().ifPresent(this::sendRefund);
        done.abandoned()
                .ifPresent(payment -> LOG.infof(
                        "Payment %s is given up; its provider says %s", payment.id(), payments.abandon(payment)));
        return new Answer(desk.finish(id, key, done.answer().status()), false);
    }

    @Transactional(Transactional.TxType.NEVER)
    void sendRefund(Refund refund) {
        desk.refundEnded(refund, payments.send(refund.id()));
    }

    private Order find(OrderId id) {
        return orders.find(id).orElseThrow(() -> ApiException.notFound("order", id.toString()));
    }
}
