package io.fondaco.ordermanagement;

import io.fondaco.checkout.CheckoutAttempt;
import io.fondaco.checkout.CheckoutAttemptStatements;
import io.fondaco.checkout.CompleteCart;
import io.fondaco.checkout.ReplayableResponse;
import io.fondaco.order.Order;
import io.fondaco.order.OrderId;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.Orders;
import io.fondaco.ordermanagement.OrderActionRequests.CancelRequest;
import io.fondaco.ordermanagement.OrderActionRequests.CaptureRequest;
import io.fondaco.ordermanagement.OrderActionRequests.FulfillmentRequest;
import io.fondaco.ordermanagement.OrderActionRequests.RefundRequest;
import io.fondaco.ordermanagement.OrderActionRequests.ReturnRequest;
import io.fondaco.ordermanagement.OrderService.OrderActionEffect;
import io.fondaco.payment.ExternalRefund;
import io.fondaco.payment.Payment;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentResult;
import io.fondaco.payment.PaymentState;
import io.fondaco.payment.Payments;
import io.fondaco.payment.Refund;
import io.fondaco.platform.idempotency.Idempotency;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The order actions, with the provider calls that run before or after the transaction of {@link OrderService}. */
@ApplicationScoped
class OrderPaymentService {
    private static final Logger LOG = Logger.getLogger(OrderPaymentService.class);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final OrderService orderService;
    private final Orders orders;
    private final Payments payments;
    private final CheckoutAttemptStatements checkoutAttemptStatements;
    private final CompleteCart completeCart;

    OrderPaymentService(
            OrderService orderService,
            Orders orders,
            Payments payments,
            CheckoutAttemptStatements checkoutAttemptStatements,
            CompleteCart completeCart) {
        this.orderService = orderService;
        this.orders = orders;
        this.payments = payments;
        this.checkoutAttemptStatements = checkoutAttemptStatements;
        this.completeCart = completeCart;
    }

    /**
     * Voids a pending payment first. If the provider reports that it is paid, the order is cancelled like any other
     * paid order.
     */
    @Transactional(Transactional.TxType.NEVER)
    ReplayableResponse cancel(OrderId id, IdempotencyKey key, String actor, CancelRequest request) {
        Order order = find(id);
        if (order.status() == OrderStatus.PAYMENT_PENDING && request.lines() == null) {
            CheckoutAttempt attempt = checkoutAttemptStatements.findByOrder(id).orElseThrow();
            Payment payment = payments.find(attempt.payment()).orElseThrow();
            completeCart.applyPaymentResult(attempt, payments.voidPayment(payment));
            if (find(id).status() == OrderStatus.CANCELLED) {
                return new ReplayableResponse(orderService.alreadyCancelled(id, key), false);
            }
        }
        return sendAndRefresh(id, key, orderService.cancel(id, key, actor, request));
    }

    /**
     * Captures the payment. A capture that a crash left unrecorded is repeated under the same reference.
     *
     * @throws ApiException 503 {@code payment_outcome_unknown} if the provider returns no result; nothing is recorded
     */
    @Transactional(Transactional.TxType.NEVER)
    ReplayableResponse capture(OrderId id, IdempotencyKey key, String actor, CaptureRequest request) {
        Order order = find(id);
        Payment payment = payments.listByOrder(id.value()).getFirst();
        PaymentResult result = payment.state() == PaymentState.AUTHORIZED && order.status() != OrderStatus.CANCELLED
                ? payments.capture(payment, order.captureAmount(request.amount()))
                : PaymentResult.of(PaymentOutcome.NOT_FOUND);
        if (result.outcome() == PaymentOutcome.UNKNOWN) {
            throw outcomeUnknown("The provider did not report whether it captured the money; try again with the same"
                    + " Idempotency-Key.");
        }
        if (result.outcome() == PaymentOutcome.VOIDED) {
            orderService.reconcile(payment.id(), result);
        }
        return sendAndRefresh(id, key, orderService.recordCapture(id, key, actor, result));
    }

    private static ApiException outcomeUnknown(String detail) {
        return ApiException.unavailable("payment_outcome_unknown", detail, RETRY_AFTER);
    }

    /**
     * Queries the provider about the payment of a webhook event. Applies the result to the checkout attempt and to the
     * placed order, retries pending refunds, checks the refund that the event names, and records external refunds. Does
     * nothing if the provider does not know the payment: the request or recovery that works on the attempt will
     * authorize or abandon it.
     *
     * @throws ApiException 503 {@code payment_outcome_unknown} if the provider returns no result
     */
    @Transactional(Transactional.TxType.NEVER)
    void onPaymentWebhook(Payments.MatchedWebhookEvent event) {
        Payment payment = event.payment();
        PaymentResult result = payments.fetchStatus(payment);
        if (result.outcome() == PaymentOutcome.UNKNOWN) {
            throw providerUnavailable();
        }
        if (result.outcome() == PaymentOutcome.NOT_FOUND) {
            return;
        }
        reconcile(payment, result);
        List<Refund> refunds = payments.listRefundsByOrder(payment.orderId());
        refunds.stream()
                .filter(refund -> refund.state() == Refund.State.PENDING)
                .forEach(this::sendRefund);
        event.providerRefundId().ifPresent(refundId -> refunds.stream()
                .filter(refund -> refund.state() == Refund.State.SUCCEEDED)
                .filter(refund -> refundId.equals(refund.providerReference()))
                .forEach(this::recheckRefund));
        if (event.refundRelated()) {
            List<ExternalRefund> externalRefunds =
                    payments.listExternalRefunds(payment).orElseThrow(OrderPaymentService::providerUnavailable);
            if (!orderService.recordProviderRefunds(payment, externalRefunds)) {
                throw outcomeUnknown("A refund of this payment is still pending; send the webhook again.");
            }
        }
    }

    /** A refund that succeeded can still fail: a bank may reject the money weeks later. */
    private void recheckRefund(Refund refund) {
        if (orderService.onRefundResult(
                refund,
                payments.fetchRefundStatus(refund.id()).orElseThrow(OrderPaymentService::providerUnavailable))) {
            LOG.errorf("Refund %s failed after it had succeeded: the shop has the money again", refund.id());
        }
    }

    private static ApiException providerUnavailable() {
        return outcomeUnknown("The provider is not available; send the webhook again.");
    }

    private void reconcile(Payment payment, PaymentResult result) {
        completeCart.onPaymentResult(payment, result);
        orderService.reconcile(payment.id(), result);
    }

    /** Voids the payment at its provider. If the provider captured the money instead, it is refunded. */
    @Transactional(Transactional.TxType.NEVER)
    void voidPayment(Payment payment) {
        PaymentResult result = payments.voidPayment(payment);
        LOG.infof("Voiding payment %s: the provider reports %s", payment.id(), result.outcome());
        switch (result.outcome()) {
            case VOIDED, DECLINED, NOT_FOUND -> payments.completeVoid(payment.id());
            case CAPTURED, MISMATCHED -> {
                reconcile(payment, result);
                payments.completeVoid(payment.id());
            }
            default -> {
                // Recovery retries the void.
            }
        }
    }

    @Transactional(Transactional.TxType.NEVER)
    ReplayableResponse refund(OrderId id, IdempotencyKey key, String actor, RefundRequest request) {
        return sendAndRefresh(id, key, orderService.refund(id, key, actor, request));
    }

    @Transactional(Transactional.TxType.NEVER)
    ReplayableResponse fulfill(OrderId id, IdempotencyKey key, String actor, FulfillmentRequest request) {
        return sendAndRefresh(id, key, orderService.fulfill(id, key, actor, request));
    }

    @Transactional(Transactional.TxType.NEVER)
    ReplayableResponse returnUnits(OrderId id, IdempotencyKey key, String actor, ReturnRequest request) {
        return sendAndRefresh(id, key, orderService.returnUnits(id, key, actor, request));
    }

    /** Sends the refund and the void that the action left, then stores the updated response. */
    private ReplayableResponse sendAndRefresh(
            OrderId id, IdempotencyKey key, Idempotency.Outcome<OrderActionEffect> outcome) {
        Optional<OrderActionEffect> pending = outcome.effect().filter(OrderActionEffect::needsProvider);
        if (pending.isEmpty()) {
            return new ReplayableResponse(outcome.response(), outcome.replayed());
        }
        pending.get().refundToSend().ifPresent(this::sendRefund);
        pending.get().paymentToVoid().ifPresent(this::voidPayment);
        return new ReplayableResponse(
                orderService.refreshResponse(id, key, outcome.response().status()), false);
    }

    @Transactional(Transactional.TxType.NEVER)
    void sendRefund(Refund refund) {
        boolean failed = orderService.onRefundResult(refund, payments.sendRefund(refund.id()));
        if (failed) {
            // There may be an external refund, which could not be recorded while this refund was pending.
            Payment payment = payments.find(refund.paymentId()).orElseThrow();
            payments.listExternalRefunds(payment)
                    .ifPresent(externalRefunds -> orderService.recordProviderRefunds(payment, externalRefunds));
        }
    }

    private Order find(OrderId id) {
        return orders.find(id).orElseThrow(() -> ApiException.notFound("order", id.toString()));
    }
}
