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
    /** How long whoever took up a release has for it, in seconds: more than the provider's time limit. */
    private static final double LEASE_SECONDS = 30;

    private static final double MAX_WAIT_SECONDS = 900;

    private final EntityManager entities;
    private final Providers providers;
    private final Refunds refunds;
    private final ProviderReferences references;
    private final PaymentMetrics metrics;
    private final ObjectMapper json;
    private final PaymentHistory history;
    private final Actor actor;
    private final RequestId requestId;

    PostgresPayments(
            EntityManager entities,
            Providers providers,
            Refunds refunds,
            ProviderReferences references,
            PaymentMetrics metrics,
            ObjectMapper json,
            PaymentHistory history,
            Actor actor,
            RequestId requestId) {
        this.entities = entities;
        this.providers = providers;
        this.refunds = refunds;
        this.references = references;
        this.metrics = metrics;
        this.json = json;
        this.history = history;
        this.actor = actor;
        this.requestId = requestId;
    }

    @Override
    public List<PaymentHistory.Entry> history(UUID orderId, Instant at, long after, int limit) {
        return history.after(orderId, at, after, limit);
    }

    @Override
    public void requireProvider(String name) {
        providers.require(name);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Payment attempt(String provider, UUID orderId, Money amount) {
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
        return payment(row);
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public PaymentAnswer authorise(Payment payment, String token) {
        return providers.authorise(payment, token);
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public PaymentAnswer query(Payment payment) {
        return providers.ask(payment, "query", provider -> provider.query(payment));
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public PaymentAnswer abandon(Payment payment) {
        return providers.ask(payment, "abandon", provider -> provider.abandon(payment));
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public PaymentAnswer capture(Payment payment, Money amount) {
        return providers.ask(payment, "capture", provider -> provider.capture(payment, amount));
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean settle(PaymentId payment, PaymentAnswer answer) {
        if (answer.outcome() == PaymentOutcome.PENDING) {
            await(payment, answer.action());
            return false;
        }
        boolean moved = PaymentState.after(answer.outcome())
                .map(state -> move(payment, state, answer.taken()))
                .orElse(false);
        if (moved && answer.outcome() == PaymentOutcome.MISMATCHED) {
            letGo(payment, answer);
        }
        return moved;
    }

    /** Of money in another currency nothing is written down, for our books are in one: it is for people to give back. */
    private boolean move(PaymentId payment, PaymentState state, Optional<Money> taken) {
        return entities.createNativeQuery("""
                                UPDATE payment.payment
                                   SET state = :state, action = NULL, updated_at = now(),
                                       changed_by = :actor, changed_in = :request,
                                       captured_amount = CASE WHEN currency = :currency THEN :taken ELSE 0 END
                                 WHERE id = :id AND state = ANY (cast(:origins AS text[]))
                                """)
                        .setParameter("state", state.column())
                        .setParameter("currency", taken.map(Money::currency).orElse(""))
                        .setParameter("taken", taken.map(Money::amount).orElse(0L))
                        .setParameter("id", payment.value())
                        .setParameter("origins", state.origins())
                        .setParameter("actor", actor.name())
                        .setParameter("request", requestId.value())
                        .executeUpdate()
                == 1;
    }

    private void letGo(PaymentId id, PaymentAnswer answer) {
        if (answer.held().isPresent()) {
            release(id);
        }
        Payment payment = find(id).orElseThrow();
        if (payment.captured().amount() > 0) {
            refunds.write(payment, payment.captured(), Optional.empty());
        }
    }

    private void await(PaymentId payment, Optional<PaymentAction> action) {
        entities.createNativeQuery("""
                        UPDATE payment.payment SET action = cast(:action AS jsonb), updated_at = now()
                         WHERE id = :id AND state = 'pending' AND action IS DISTINCT FROM cast(:action AS jsonb)
                        """)
                .setParameter(
                        "action", action.map(wanted -> Json.write(json, wanted)).orElse(null))
                .setParameter("id", payment.value())
                .executeUpdate();
    }

    @Override
    public Optional<PaymentAction> action(PaymentId payment) {
        List<?> actions = entities.createNativeQuery("""
                        SELECT cast(action AS text) FROM payment.payment WHERE id = :id AND action IS NOT NULL
                        """)
                .setParameter("id", payment.value())
                .getResultList();
        return actions.stream().map(action -> readAction((String) action)).findFirst();
    }

    private PaymentAction readAction(String text) {
        try {
            return json.readValue(text, PaymentAction.class);
        } catch (JsonProcessingException _) {
            // Its text holds a secret, and so would the exception.
            throw new IllegalStateException("A stored action does not parse");
        }
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void release(PaymentId payment) {
        entities.createNativeQuery("""
                        UPDATE payment.payment
                           SET release_due = now() + make_interval(secs => :lease), release_attempts = 0
                         WHERE id = :id
                        """)
                .setParameter("lease", LEASE_SECONDS)
                .setParameter("id", payment.value())
                .executeUpdate();
    }

    @Override
    @Transactional
    public void released(PaymentId payment) {
        entities.createNativeQuery("UPDATE payment.payment SET release_due = NULL WHERE id = :id")
                .setParameter("id", payment.value())
                .executeUpdate();
    }

    @Override
    @Transactional
    public List<Payment> claimReleases(int limit) {
        List<?> rows = entities.createNativeQuery("""
                        UPDATE payment.payment
                           SET release_attempts = release_attempts + 1,
                               release_due = now() + make_interval(secs => least(:lease * (release_attempts + 1), :longest))
                         WHERE id IN (SELECT id FROM payment.payment WHERE release_due < now()
                                       ORDER BY release_due LIMIT :limit FOR UPDATE SKIP LOCKED)
                        RETURNING\s""" + COLUMNS, Tuple.class)
                .setParameter("lease", LEASE_SECONDS)
                .setParameter("longest", MAX_WAIT_SECONDS)
                .setParameter("limit", limit)
                .getResultList();
        return rows.stream().map(row -> payment((Tuple) row)).toList();
    }

    @Override
    public Optional<Payment> find(PaymentId id) {
        return select("id = :id", Map.of("id", id.value()));
    }

    @Override
    public List<Payment> ofOrder(UUID orderId) {
        List<?> rows = entities.createNativeQuery(
                        "SELECT " + COLUMNS + " FROM payment.payment WHERE order_id = :order ORDER BY id", Tuple.class)
                .setParameter("order", orderId)
                .getResultList();
        return rows.stream().map(row -> payment((Tuple) row)).toList();
    }

    @Override
    public List<Refund> refundsOfOrder(UUID orderId) {
        return refunds.ofOrder(orderId);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Refund beginRefund(PaymentId id, Money amount) {
        Payment payment = lock(id);
        Money left = left(payment);
        if (left.minus(amount).amount() < 0) {
            throw new ApiException(
                    409,
                    "refund_exceeds_captured",
                    "Of what was captured, %s is left; %s cannot be refunded.".formatted(left, amount),
                    List.of(),
                    Map.of("refundable", left, "requested", amount),
                    null);
        }
        return refunds.write(payment, amount, Optional.empty());
    }

    private Payment lock(PaymentId id) {
        return select("id = :id FOR UPDATE", Map.of("id", id.value()))
                .orElseThrow(() -> ApiException.notFound("payment", id.toString()));
    }

    private static Money left(Payment payment) {
        return payment.captured().minus(payment.refunded());
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public Optional<List<RefundMade>> refundsMade(Payment payment) {
        return providers.refundsMade(payment);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public RefundRecord recordRefund(PaymentId id, RefundMade made) {
        Payment payment = lock(id);
        List<Refund> known = refunds.ofOrder(payment.orderId());
        boolean recorded =
                known.stream().anyMatch(refund -> made.providerReference().equals(refund.providerReference()));
        if (recorded || made.state() == Refund.State.FAILED) {
            return RefundRecord.NONE;
        }
        if (left(payment).minus(made.amount()).amount() < 0) {
            if (known.stream().anyMatch(refund -> isPending(refund, id))) {
                return RefundRecord.LATER;
            }
            metrics.mismatched(payment.provider());
            LOG.errorf(
                    "PAYMENT MISMATCH: %s refunded %s of payment %s by itself, of which we know %s to be left",
                    payment.provider(), made.amount(), id, left(payment));
            return RefundRecord.NONE;
        }
        Refund refund = refunds.write(payment, made.amount(), Optional.of(made.providerReference()));
        refunds.settle(refund.id(), new RefundAnswer(made.state(), Optional.of(made.providerReference())));
        return new RefundRecord(Optional.of(refund), false);
    }

    /** The provider may refuse it, and then its money is free for what was refunded there. */
    private static boolean isPending(Refund refund, PaymentId payment) {
        return refund.state() == Refund.State.PENDING && refund.paymentId().equals(payment);
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public RefundAnswer send(RefundId id) {
        Refund refund = refunds.find(id);
        if (refund.state() != Refund.State.PENDING) {
            return RefundAnswer.of(refund.state());
        }
        return providers.refund(paymentOf(refund), refund).orElseGet(() -> RefundAnswer.of(Refund.State.PENDING));
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public Optional<RefundAnswer> askAfter(RefundId id) {
        Refund refund = refunds.find(id);
        return providers.refund(paymentOf(refund), refund);
    }

    private Payment paymentOf(Refund refund) {
        return find(refund.paymentId()).orElseThrow();
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean settleRefund(RefundId refund, RefundAnswer answer) {
        return refunds.settle(refund, answer);
    }

    @Override
    public List<Refund> claimPendingRefunds(int limit) {
        return refunds.claimPending(limit);
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public Optional<Told> receive(String name, byte[] body, Function<String, @Nullable String> headers) {
        PaymentProvider provider =
                providers.find(name).orElseThrow(() -> ApiException.notFound("payment provider", name));
        String signature = headers.apply(provider.signatureHeader());
        try {
            Optional<Told> told = provider.receive(body, signature == null ? "" : signature)
                    .flatMap(notice ->
                            find(name, notice).map(payment -> new Told(payment, notice.ofRefund(), notice.refund())));
            metrics.webhook(name, told.isPresent() ? "accepted" : "ignored");
            return told;
        } catch (ApiException e) {
            metrics.webhook(name, e.code());
            throw e;
        }
    }

    /** By the provider's own reference; else by ours, if the payment is bound to no other. */
    private Optional<Payment> find(String provider, PaymentNotice notice) {
        Optional<Payment> bound = notice.providerReference()
                .flatMap(theirs -> select(
                        "provider = :provider AND provider_reference = :theirs",
                        Map.of("provider", provider, "theirs", theirs)));
        if (bound.isPresent()) {
            return bound;
        }
        Optional<Payment> named = notice.payment().flatMap(this::find).filter(payment -> payment.provider()
                .equals(provider));
        if (named.isEmpty() || notice.providerReference().isEmpty()) {
            return named;
        }
        String theirs = notice.providerReference().get();
        String stands = references.bind(named.get().id(), theirs);
        if (!stands.equals(theirs)) {
            metrics.mismatched(provider);
            LOG.errorf(
                    "PAYMENT MISMATCH: %s tells of %s as payment %s, which is %s there",
                    provider, theirs, named.get().id(), stands);
            return Optional.empty();
        }
        return find(named.get().id());
    }

    private Optional<Payment> select(String condition, Map<String, Object> values) {
        Query query = entities.createNativeQuery(
                "SELECT " + COLUMNS + " FROM payment.payment WHERE " + condition, Tuple.class);
        values.forEach(query::setParameter);
        List<?> rows = query.getResultList();
        return rows.stream().map(row -> payment((Tuple) row)).findFirst();
    }

    private static Payment payment(Tuple row) {
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
