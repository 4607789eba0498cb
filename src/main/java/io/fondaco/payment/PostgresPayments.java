package io.fondaco.payment;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.payment.PaymentEntity.PaymentRow;
import io.fondaco.payment.PaymentProvider.PaymentWebhookEvent;
import io.fondaco.payment.PaymentProvider.RefundResult;
import io.fondaco.payment.RefundRepository.RefundRow;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

@ApplicationScoped
class PostgresPayments implements Payments {
    private static final Logger LOG = Logger.getLogger(PostgresPayments.class);

    private final PaymentRepository payments;
    private final PaymentStatements statements;
    private final PaymentProviders paymentProviders;
    private final RefundRepository refundRepository;
    private final ProviderReferences references;
    private final PaymentMetrics metrics;
    private final ObjectMapper json;
    private final PaymentHistory history;

    PostgresPayments(
            PaymentRepository payments,
            PaymentStatements statements,
            PaymentProviders paymentProviders,
            RefundRepository refundRepository,
            ProviderReferences references,
            PaymentMetrics metrics,
            ObjectMapper json,
            PaymentHistory history) {
        this.payments = payments;
        this.statements = statements;
        this.paymentProviders = paymentProviders;
        this.refundRepository = refundRepository;
        this.references = references;
        this.metrics = metrics;
        this.json = json;
        this.history = history;
    }

    @Override
    public List<PaymentHistory.PaymentHistoryEntry> listHistory(UUID orderId, Instant at, long after, int limit) {
        return history.listAfter(orderId, at, after, limit);
    }

    @Override
    public void requireProvider(String name) {
        paymentProviders.requireEnabled(name);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Payment createPayment(String provider, UUID orderId, Money amount) {
        return payments.insert(provider, orderId, amount);
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public PaymentResult authorize(Payment payment, String token) {
        return paymentProviders.authorize(payment, token);
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public PaymentResult fetchStatus(Payment payment) {
        return paymentProviders.callOrUnknown(payment, "query", provider -> provider.fetchStatus(payment));
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public PaymentResult voidPayment(Payment payment) {
        return paymentProviders.callOrUnknown(payment, "abandon", provider -> provider.voidPayment(payment));
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public PaymentResult capture(Payment payment, Money amount) {
        return paymentProviders.callOrUnknown(payment, "capture", provider -> provider.capture(payment, amount));
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean recordResult(PaymentId payment, PaymentResult result) {
        if (result.outcome() == PaymentOutcome.PENDING) {
            savePendingAction(payment, result.action());
            return false;
        }
        boolean changed = PaymentState.fromOutcome(result.outcome())
                .map(state -> statements.updateState(payment, state, result.capturedAmount()))
                .orElse(false);
        if (changed && result.outcome() == PaymentOutcome.MISMATCHED) {
            returnMismatchedMoney(payment, result);
        }
        return changed;
    }

    private void returnMismatchedMoney(PaymentId id, PaymentResult result) {
        if (result.authorizedAmount().isPresent()) {
            scheduleVoid(id);
        }
        Payment payment = find(id).orElseThrow();
        if (payment.captured().amount() > 0) {
            statements.insertRefund(payment, payment.captured(), Optional.empty());
        }
    }

    private void savePendingAction(PaymentId payment, Optional<PaymentAction> action) {
        statements.updatePendingAction(
                payment, action.map(step -> Json.write(json, step)).orElse(null));
    }

    @Override
    public Optional<PaymentAction> findPendingAction(PaymentId payment) {
        return statements.findPendingAction(payment);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void scheduleVoid(PaymentId payment) {
        statements.scheduleVoid(payment);
    }

    @Override
    @Transactional
    public void completeVoid(PaymentId payment) {
        statements.deleteVoid(payment);
    }

    @Override
    @Transactional
    public List<Payment> claimPendingVoids(int limit) {
        return statements.claimVoids(limit).stream().map(PaymentRow::toPayment).toList();
    }

    @Override
    public Optional<Payment> find(PaymentId id) {
        return payments.find(id);
    }

    @Override
    public List<Payment> listByOrder(UUID orderId) {
        return payments.listByOrder(orderId);
    }

    @Override
    public List<Refund> listRefundsByOrder(UUID orderId) {
        return refundRepository.listByOrder(orderId);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Refund createRefund(PaymentId id, Money amount) {
        Payment payment = lock(id);
        Money left = payment.refundable();
        if (left.minus(amount).amount() < 0) {
            throw new ApiException(
                    409,
                    "refund_exceeds_captured",
                    "Cannot refund %s: only %s of the captured amount is left.".formatted(amount, left),
                    List.of(),
                    Map.of("refundable", left, "requested", amount),
                    null);
        }
        return statements.insertRefund(payment, amount, Optional.empty()).toRefund();
    }

    private Payment lock(PaymentId id) {
        return payments.lock(id).orElseThrow(() -> ApiException.notFound("payment", id.toString()));
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public Optional<List<ExternalRefund>> listExternalRefunds(Payment payment) {
        return paymentProviders.listExternalRefunds(payment);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public ExternalRefundResult recordExternalRefund(PaymentId id, ExternalRefund externalRefund) {
        Payment payment = lock(id);
        List<Refund> known = refundRepository.listByOrder(payment.orderId());
        boolean recorded = known.stream()
                .anyMatch(refund -> externalRefund.providerReference().equals(refund.providerReference()));
        if (recorded || externalRefund.state() == Refund.State.FAILED) {
            return ExternalRefundResult.NOT_RECORDED;
        }
        if (payment.refundable().minus(externalRefund.amount()).amount() < 0) {
            if (known.stream().anyMatch(refund -> isPending(refund, id))) {
                return ExternalRefundResult.RETRY_LATER;
            }
            metrics.recordMismatch(payment.provider());
            LOG.errorf(
                    "PAYMENT MISMATCH: payment %s: a refund of %s was made at %s, but only %s is refundable",
                    id, externalRefund.amount(), payment.provider(), payment.refundable());
            return ExternalRefundResult.NOT_RECORDED;
        }
        Refund refund = statements
                .insertRefund(payment, externalRefund.amount(), Optional.of(externalRefund.providerReference()))
                .toRefund();
        statements.recordRefundResult(
                refund.id(), new RefundResult(externalRefund.state(), Optional.of(externalRefund.providerReference())));
        return new ExternalRefundResult(Optional.of(refund), false);
    }

    /** A pending refund of ours may still be refused; then its amount is refundable again. */
    private static boolean isPending(Refund refund, PaymentId payment) {
        return refund.state() == Refund.State.PENDING && refund.paymentId().equals(payment);
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public RefundResult sendRefund(RefundId id) {
        Refund refund = refundRepository.get(id);
        if (refund.state() != Refund.State.PENDING) {
            return RefundResult.of(refund.state());
        }
        return paymentProviders
                .refund(paymentOf(refund), refund)
                .orElseGet(() -> RefundResult.of(Refund.State.PENDING));
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public Optional<RefundResult> fetchRefundStatus(RefundId id) {
        Refund refund = refundRepository.get(id);
        return paymentProviders.refund(paymentOf(refund), refund);
    }

    private Payment paymentOf(Refund refund) {
        return find(refund.paymentId()).orElseThrow();
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean recordRefundResult(RefundId refund, RefundResult result) {
        return statements.recordRefundResult(refund, result);
    }

    @Override
    @Transactional
    public List<Refund> claimPendingRefunds(int limit) {
        return statements.claimRefunds(limit).stream().map(RefundRow::toRefund).toList();
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public Optional<MatchedWebhookEvent> receiveWebhook(
            String name, byte[] body, Function<String, @Nullable String> headers) {
        PaymentProvider provider =
                paymentProviders.find(name).orElseThrow(() -> ApiException.notFound("payment provider", name));
        String signature = headers.apply(provider.signatureHeader());
        try {
            Optional<MatchedWebhookEvent> matched = provider.parseWebhook(body, signature == null ? "" : signature)
                    .flatMap(event -> find(name, event)
                            .map(payment ->
                                    new MatchedWebhookEvent(payment, event.refundRelated(), event.providerRefundId())));
            metrics.recordWebhook(name, matched.isPresent() ? "accepted" : "ignored");
            return matched;
        } catch (ApiException e) {
            metrics.recordWebhook(name, e.code());
            throw e;
        }
    }

    /**
     * Finds the payment by the provider's own reference; otherwise by ours, if the payment is not bound to another
     * reference.
     */
    private Optional<Payment> find(String provider, PaymentWebhookEvent event) {
        Optional<Payment> known =
                event.providerReference().flatMap(reference -> payments.findByProviderReference(provider, reference));
        if (known.isPresent()) {
            return known;
        }
        Optional<Payment> named = event.paymentId().flatMap(this::find).filter(payment -> payment.provider()
                .equals(provider));
        if (named.isEmpty() || event.providerReference().isEmpty()) {
            return named;
        }
        String reference = event.providerReference().get();
        String bound = references.bind(named.get().id(), reference);
        if (!bound.equals(reference)) {
            metrics.recordMismatch(provider);
            LOG.errorf(
                    "PAYMENT MISMATCH: payment %s is bound to %s at %s, but a webhook names %s",
                    named.get().id(), bound, provider, reference);
            return Optional.empty();
        }
        return find(named.get().id());
    }
}
