package io.fondaco.payment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Json;
import io.fondaco.platform.web.RequestId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.persistence.Tuple;
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
    private static final String COLUMNS =
            "id, order_id, provider, reference, provider_reference, state, currency, amount, captured_amount,"
                    + " refunded_amount, created_at";

    private static final Logger LOG = Logger.getLogger(PostgresPayments.class);
    /** Lease of a claimed void, in seconds; longer than the time limit of a provider call. */
    private static final double VOID_LEASE_SECONDS = 30;

    private static final double MAX_RETRY_DELAY_SECONDS = 900;

    private final EntityManager entities;
    private final PaymentProviders paymentProviders;
    private final RefundRepository refundRepository;
    private final ProviderReferences references;
    private final PaymentMetrics metrics;
    private final ObjectMapper json;
    private final PaymentHistory history;
    private final Actor actor;
    private final RequestId requestId;

    PostgresPayments(
            EntityManager entities,
            PaymentProviders paymentProviders,
            RefundRepository refundRepository,
            ProviderReferences references,
            PaymentMetrics metrics,
            ObjectMapper json,
            PaymentHistory history,
            Actor actor,
            RequestId requestId) {
        this.entities = entities;
        this.paymentProviders = paymentProviders;
        this.refundRepository = refundRepository;
        this.references = references;
        this.metrics = metrics;
        this.json = json;
        this.history = history;
        this.actor = actor;
        this.requestId = requestId;
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
        PaymentId id = PaymentId.random();
        Tuple row = (Tuple) entities.createNativeQuery("""
                        INSERT INTO payment.payment
                               (id, order_id, provider, reference, currency, amount, changed_by, changed_in)
                        VALUES (:id, :order, :provider, :reference, :currency, :amount, :actor, :request) RETURNING\s""" + COLUMNS, Tuple.class)
                .setParameter("id", id.value())
                .setParameter("order", orderId)
                .setParameter("provider", provider)
                .setParameter("reference", id.toString())
                .setParameter("currency", amount.currency())
                .setParameter("amount", amount.amount())
                .setParameter("actor", actor.name())
                .setParameter("request", requestId.value())
                .getSingleResult();
        return mapRow(row);
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
                .map(state -> updateState(payment, state, result.capturedAmount()))
                .orElse(false);
        if (changed && result.outcome() == PaymentOutcome.MISMATCHED) {
            returnMismatchedMoney(payment, result);
        }
        return changed;
    }

    /** Amounts in another currency are not recorded; refund them manually. */
    private boolean updateState(PaymentId payment, PaymentState state, Optional<Money> capturedAmount) {
        return entities.createNativeQuery("""
                                UPDATE payment.payment
                                   SET state = :state, action = NULL, updated_at = now(),
                                       changed_by = :actor, changed_in = :request,
                                       captured_amount = CASE WHEN currency = :currency THEN :captured ELSE 0 END
                                 WHERE id = :id AND state = ANY (cast(:sources AS text[]))
                                """)
                        .setParameter("state", state.column())
                        .setParameter(
                                "currency", capturedAmount.map(Money::currency).orElse(""))
                        .setParameter(
                                "captured", capturedAmount.map(Money::amount).orElse(0L))
                        .setParameter("id", payment.value())
                        .setParameter("sources", state.sourceStates())
                        .setParameter("actor", actor.name())
                        .setParameter("request", requestId.value())
                        .executeUpdate()
                == 1;
    }

    private void returnMismatchedMoney(PaymentId id, PaymentResult result) {
        if (result.authorizedAmount().isPresent()) {
            scheduleVoid(id);
        }
        Payment payment = find(id).orElseThrow();
        if (payment.captured().amount() > 0) {
            refundRepository.insert(payment, payment.captured(), Optional.empty());
        }
    }

    private void savePendingAction(PaymentId payment, Optional<PaymentAction> action) {
        entities.createNativeQuery("""
                        UPDATE payment.payment SET action = cast(:action AS jsonb), updated_at = now()
                         WHERE id = :id AND state = 'pending' AND action IS DISTINCT FROM cast(:action AS jsonb)
                        """)
                .setParameter(
                        "action",
                        action.map(pendingAction -> Json.write(json, pendingAction))
                                .orElse(null))
                .setParameter("id", payment.value())
                .executeUpdate();
    }

    @Override
    public Optional<PaymentAction> findPendingAction(PaymentId payment) {
        List<?> actions = entities.createNativeQuery("""
                        SELECT cast(action AS text) FROM payment.payment WHERE id = :id AND action IS NOT NULL
                        """)
                .setParameter("id", payment.value())
                .getResultList();
        return actions.stream().map(action -> parseAction((String) action)).findFirst();
    }

    private PaymentAction parseAction(String text) {
        try {
            return json.readValue(text, PaymentAction.class);
        } catch (JsonProcessingException _) {
            // The JSON contains a secret, and the exception would quote it.
            throw new IllegalStateException("Cannot parse a stored payment action");
        }
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void scheduleVoid(PaymentId payment) {
        entities.createNativeQuery("""
                        UPDATE payment.payment
                           SET void_due_at = now() + make_interval(secs => :lease), void_attempts = 0
                         WHERE id = :id
                        """)
                .setParameter("lease", VOID_LEASE_SECONDS)
                .setParameter("id", payment.value())
                .executeUpdate();
    }

    @Override
    @Transactional
    public void completeVoid(PaymentId payment) {
        entities.createNativeQuery("UPDATE payment.payment SET void_due_at = NULL WHERE id = :id")
                .setParameter("id", payment.value())
                .executeUpdate();
    }

    @Override
    @Transactional
    public List<Payment> claimPendingVoids(int limit) {
        List<?> rows = entities.createNativeQuery("""
                        UPDATE payment.payment
                           SET void_attempts = void_attempts + 1,
                               void_due_at = now() + make_interval(secs => least(:lease * (void_attempts + 1), :max_delay))
                         WHERE id IN (SELECT id FROM payment.payment WHERE void_due_at < now()
                                       ORDER BY void_due_at LIMIT :limit FOR UPDATE SKIP LOCKED)
                        RETURNING\s""" + COLUMNS, Tuple.class)
                .setParameter("lease", VOID_LEASE_SECONDS)
                .setParameter("max_delay", MAX_RETRY_DELAY_SECONDS)
                .setParameter("limit", limit)
                .getResultList();
        return rows.stream().map(row -> mapRow((Tuple) row)).toList();
    }

    @Override
    public Optional<Payment> find(PaymentId id) {
        return select("id = :id", Map.of("id", id.value()));
    }

    @Override
    public List<Payment> listByOrder(UUID orderId) {
        List<?> rows = entities.createNativeQuery(
                        "SELECT " + COLUMNS + " FROM payment.payment WHERE order_id = :order ORDER BY id", Tuple.class)
                .setParameter("order", orderId)
                .getResultList();
        return rows.stream().map(row -> mapRow((Tuple) row)).toList();
    }

    @Override
    public List<Refund> listRefundsByOrder(UUID orderId) {
        return refundRepository.listByOrder(orderId);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Refund createRefund(PaymentId id, Money amount) {
        Payment payment = lock(id);
        Money left = refundableAmount(payment);
        if (left.minus(amount).amount() < 0) {
            throw new ApiException(
                    409,
                    "refund_exceeds_captured",
                    "Cannot refund %s: only %s of the captured amount is left.".formatted(amount, left),
                    List.of(),
                    Map.of("refundable", left, "requested", amount),
                    null);
        }
        return refundRepository.insert(payment, amount, Optional.empty());
    }

    private Payment lock(PaymentId id) {
        return select("id = :id FOR UPDATE", Map.of("id", id.value()))
                .orElseThrow(() -> ApiException.notFound("payment", id.toString()));
    }

    private static Money refundableAmount(Payment payment) {
        return payment.captured().minus(payment.refunded());
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
        if (refundableAmount(payment).minus(externalRefund.amount()).amount() < 0) {
            if (known.stream().anyMatch(refund -> isPending(refund, id))) {
                return ExternalRefundResult.RETRY_LATER;
            }
            metrics.recordMismatch(payment.provider());
            LOG.errorf(
                    "PAYMENT MISMATCH: payment %s: a refund of %s was made at %s, but only %s is refundable",
                    id, externalRefund.amount(), payment.provider(), refundableAmount(payment));
            return ExternalRefundResult.NOT_RECORDED;
        }
        Refund refund = refundRepository.insert(
                payment, externalRefund.amount(), Optional.of(externalRefund.providerReference()));
        refundRepository.recordResult(
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
        Refund refund = refundRepository.find(id);
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
        Refund refund = refundRepository.find(id);
        return paymentProviders.refund(paymentOf(refund), refund);
    }

    private Payment paymentOf(Refund refund) {
        return find(refund.paymentId()).orElseThrow();
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean recordRefundResult(RefundId refund, RefundResult result) {
        return refundRepository.recordResult(refund, result);
    }

    @Override
    public List<Refund> claimPendingRefunds(int limit) {
        return refundRepository.claimPending(limit);
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
        Optional<Payment> known = event.providerReference()
                .flatMap(reference -> select(
                        "provider = :provider AND provider_reference = :reference",
                        Map.of("provider", provider, "reference", reference)));
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

    private Optional<Payment> select(String condition, Map<String, Object> values) {
        Query query = entities.createNativeQuery(
                "SELECT " + COLUMNS + " FROM payment.payment WHERE " + condition, Tuple.class);
        values.forEach(query::setParameter);
        List<?> rows = query.getResultList();
        return rows.stream().map(row -> mapRow((Tuple) row)).findFirst();
    }

    private static Payment mapRow(Tuple row) {
        String currency = row.get("currency", String.class);
        return new Payment(
                new PaymentId(row.get("id", UUID.class)),
                row.get("order_id", UUID.class),
                row.get("provider", String.class),
                row.get("reference", String.class),
                row.get("provider_reference", String.class),
                PaymentState.ofColumn(row.get("state", String.class)),
                Money.of(row.get("amount", Number.class).longValue(), currency),
                Money.of(row.get("captured_amount", Number.class).longValue(), currency),
                Money.of(row.get("refunded_amount", Number.class).longValue(), currency),
                row.get("created_at", Instant.class));
    }
}
