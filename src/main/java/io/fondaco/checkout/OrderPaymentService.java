package io.fondaco.checkout;

import io.fondaco.checkout.OrderActionRequests.CancelRequest;
import io.fondaco.checkout.OrderActionRequests.CaptureRequest;
import io.fondaco.order.Order;
import io.fondaco.order.OrderId;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.Orders;
import io.fondaco.payment.ExternalRefund;
import io.fondaco.payment.Payment;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentResult;
import io.fondaco.payment.PaymentState;
import io.fondaco.payment.Payments;
import io.fondaco.payment.Refund;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/** The verbs on an order, with what has to be said to a provider before or after the transaction of {@link OrderService}. */
@ApplicationScoped
class OrderPaymentService {
    private static final Logger LOG = Logger.getLogger(OrderPaymentService.class);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final OrderService orderService;
    private final Orders orders;
    private final Payments payments;
    private final CheckoutAttemptRepository checkoutAttemptRepository;
    private final CompleteCart completeCart;

    OrderPaymentService(
            OrderService desk,
            Orders orders,
            Payments payments,
            CheckoutAttemptRepository checkoutAttemptRepository,
            CompleteCart completeCart) {
        this.orderService = desk;
        this.orders = orders;
        this.payments = payments;
        this.checkoutAttemptRepository = checkoutAttemptRepository;
        this.completeCart = completeCart;
    }

    /** An order whose payment is pending loses that first; should it turn out paid, it is cancelled like any other. */
    @Transactional(Transactional.TxType.NEVER)
    ReplayableResponse cancel(OrderId id, IdempotencyKey key, String actor, CancelRequest request) {
        Order order = find(id);
        if (order.status() == OrderStatus.PAYMENT_PENDING && request.lines() == null) {
            CheckoutAttempt checkoutAttempt =
                    checkoutAttemptRepository.findByOrder(id).orElseThrow();
            Payment payment = payments.find(checkoutAttempt.payment()).orElseThrow();
            completeCart.applyPaymentResult(checkoutAttempt, payments.voidPayment(payment));
            if (find(id).status() == OrderStatus.CANCELLED) {
                return new ReplayableResponse(orderService.alreadyCancelled(id, key), false);
            }
        }
        return sendAndRefresh(id, key, orderService.cancel(id, key, actor, request));
    }

    /**
     * What was captured at the provider and not written down, for a crash, is captured again under the same reference.
     *
     * @throws ApiException 503 {@code payment_outcome_unknown} if the provider did not say: nothing is written down
     */
    @Transactional(Transactional.TxType.NEVER)
    ReplayableResponse capture(OrderId id, IdempotencyKey key, String actor, CaptureRequest request) {
        Order order = find(id);
        Payment payment = payments.listByOrder(id.value()).getFirst();
        PaymentResult answer = payment.state() == PaymentState.AUTHORIZED && order.status() != OrderStatus.CANCELLED
                ? payments.capture(payment, captureAmount(order, request))
                : PaymentResult.of(PaymentOutcome.NOT_FOUND);
        if (answer.outcome() == PaymentOutcome.UNKNOWN) {
            throw outcomeUnknown(
                    "The provider did not say whether it took the money; try again with the same Idempotency-Key.");
        }
        if (answer.outcome() == PaymentOutcome.VOIDED) {
            orderService.reconcile(payment.id(), answer);
        }
        return sendAndRefresh(id, key, orderService.captured(id, key, actor, answer));
    }

    private static ApiException outcomeUnknown(String detail) {
        return ApiException.unavailable("payment_outcome_unknown", detail, RETRY_AFTER);
    }

    private static Money captureAmount(Order order, CaptureRequest request) {
        Money asked = request.amount();
        if (asked == null) {
            return order.currentTotal();
        }
        if (!asked.currency().equals(order.currentTotal().currency())) {
            throw ApiException.invalid(
                    "/amount/currency",
                    "wrong_currency",
                    "The order is in " + order.currentTotal().currency() + ".");
        }
        if (asked.amount() <= 0 || asked.amount() > order.currentTotal().amount()) {
            throw ApiException.invalid(
                    "/amount", "amount_out_of_range", "Between nothing and what is due: " + order.currentTotal() + ".");
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
    void onPaymentWebhook(Payments.MatchedWebhookEvent matchedWebhookEvent) {
        Payment payment = matchedWebhookEvent.payment();
        PaymentResult answer = payments.fetchStatus(payment);
        if (answer.outcome() == PaymentOutcome.UNKNOWN) {
            throw providerUnavailable();
        }
        if (answer.outcome() == PaymentOutcome.NOT_FOUND) {
            return;
        }
        reconcile(payment, answer);
        List<Refund> refunds = payments.listRefundsByOrder(payment.orderId());
        refunds.stream()
                .filter(refund -> refund.state() == Refund.State.PENDING)
                .forEach(this::sendRefund);
        matchedWebhookEvent.providerRefundId().ifPresent(named -> refunds.stream()
                .filter(refund -> refund.state() == Refund.State.SUCCEEDED)
                .filter(refund -> named.equals(refund.providerReference()))
                .forEach(this::recheckRefund));
        if (matchedWebhookEvent.refundRelated()) {
            List<ExternalRefund> made =
                    payments.listExternalRefunds(payment).orElseThrow(OrderPaymentService::providerUnavailable);
            if (!orderService.recordProviderRefunds(payment, made)) {
                throw outcomeUnknown("A refund of ours has not ended yet; tell it again.");
            }
        }
    }

    /** A refund that succeeded can still come back: a bank may refuse the money weeks later. */
    private void recheckRefund(Refund refund) {
        if (orderService.onRefundResult(
                refund,
                payments.fetchRefundStatus(refund.id()).orElseThrow(OrderPaymentService::providerUnavailable))) {
            LOG.errorf("Refund %s failed after it had succeeded: the money is with the shop again", refund.id());
        }
    }

    private static ApiException providerUnavailable() {
        return outcomeUnknown("The provider cannot be asked just now; tell it again.");
    }

    private void reconcile(Payment payment, PaymentResult answer) {
        completeCart.onPaymentResult(payment, answer);
        orderService.reconcile(payment.id(), answer);
    }

    /** Tells a provider to let go of what it holds. What it has taken instead is given back. */
    @Transactional(Transactional.TxType.NEVER)
    void voidPayment(Payment payment) {
        PaymentResult answer = payments.voidPayment(payment);
        LOG.infof("Payment %s is given up; its provider says %s", payment.id(), answer.outcome());
        switch (answer.outcome()) {
            case VOIDED, DECLINED, NOT_FOUND -> payments.completeVoid(payment.id());
            case CAPTURED, MISMATCHED -> {
                reconcile(payment, answer);
                payments.completeVoid(payment.id());
            }
            default -> {
                // It is told again.
            }
        }
    }

    /** Sends what is to be sent, then stores the answer as it has become. */
    @Transactional(Transactional.TxType.NEVER)
    ReplayableResponse sendAndRefresh(
            OrderId id, IdempotencyKey key, OrderService.OrderActionResult orderActionResult) {
        if (orderActionResult.replayed()
                || (orderActionResult.refundToSend().isEmpty()
                        && orderActionResult.paymentToVoid().isEmpty())) {
            return new ReplayableResponse(orderActionResult.response(), orderActionResult.replayed());
        }
        orderActionResult.refundToSend().ifPresent(this::sendRefund);
        orderActionResult.paymentToVoid().ifPresent(this::voidPayment);
        return new ReplayableResponse(
                orderService.refreshResponse(
                        id, key, orderActionResult.response().status()),
                false);
    }

    @Transactional(Transactional.TxType.NEVER)
    void sendRefund(Refund refund) {
        boolean failed = orderService.onRefundResult(refund, payments.sendRefund(refund.id()));
        if (failed) {
            // Somebody may have given the money back at the provider. While ours was pending, that could not be written
            // down.
            Payment payment = payments.find(refund.paymentId()).orElseThrow();
            payments.listExternalRefunds(payment).ifPresent(made -> orderService.recordProviderRefunds(payment, made));
        }
    }

    private Order find(OrderId id) {
        return orders.find(id).orElseThrow(() -> ApiException.notFound("order", id.toString()));
    }
}
