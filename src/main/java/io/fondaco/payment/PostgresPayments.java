package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.ApiException;
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

@ApplicationScoped
class PostgresPayments implements Payments {
    private static final String COLUMNS =
            "id, order_id, provider, reference, state, currency, amount, captured_amount, refunded_amount, created_at";

    private final EntityManager entities;
    private final Providers providers;
    private final Refunds refunds;
    private final PaymentHistory history;
    private final Actor actor;
    private final RequestId requestId;

    PostgresPayments(
            EntityManager entities,
            Providers providers,
            Refunds refunds,
            PaymentHistory history,
            Actor actor,
            RequestId requestId) {
        this.entities = entities;
        this.providers = providers;
        this.refunds = refunds;
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
    public PaymentOutcome authorise(Payment payment, String token) {
        return providers.ask(payment, provider -> provider.authorise(payment.reference(), payment.amount(), token));
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public PaymentOutcome query(Payment payment) {
        return providers.ask(payment, provider -> provider.query(payment.reference(), payment.amount()));
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public PaymentOutcome abandon(Payment payment) {
        return providers.ask(payment, provider -> provider.abandon(payment.reference(), payment.amount()));
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public PaymentOutcome capture(Payment payment, Money amount) {
        return providers.ask(payment, provider -> provider.capture(payment.reference(), amount));
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean settle(PaymentId payment, PaymentOutcome outcome) {
        return PaymentState.after(outcome)
                .map(state -> move(payment, state, "amount").executeUpdate() == 1)
                .orElse(false);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean captured(PaymentId payment, Money amount) {
        return move(payment, PaymentState.CAPTURED, ":captured")
                        .setParameter("captured", amount.amount())
                        .executeUpdate()
                == 1;
    }

    private Query move(PaymentId payment, PaymentState state, String captured) {
        return entities.createNativeQuery("""
                        UPDATE payment.payment
                           SET state = :state, updated_at = now(), changed_by = :actor, changed_in = :request,
                               captured_amount = CASE WHEN :state = 'captured' THEN %s ELSE 0 END
                         WHERE id = :id AND state = ANY (cast(:origins AS text[]))
                        """.formatted(captured))
                .setParameter("state", state.column())
                .setParameter("id", payment.value())
                .setParameter("origins", state.origins())
                .setParameter("actor", actor.name())
                .setParameter("request", requestId.value());
    }

    @Override
    public Optional<Payment> find(PaymentId id) {
        List<?> rows = entities.createNativeQuery(
                        "SELECT " + COLUMNS + " FROM payment.payment WHERE id = :id", Tuple.class)
                .setParameter("id", id.value())
                .getResultList();
        return rows.stream().map(row -> payment((Tuple) row)).findFirst();
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
        List<?> rows = entities.createNativeQuery(
                        "SELECT " + COLUMNS + " FROM payment.payment WHERE id = :id FOR UPDATE", Tuple.class)
                .setParameter("id", id.value())
                .getResultList();
        Payment payment = rows.stream()
                .map(row -> payment((Tuple) row))
                .findFirst()
                .orElseThrow(() -> ApiException.notFound("payment", id.toString()));
        Money left = payment.captured().minus(payment.refunded());
        if (left.minus(amount).amount() < 0) {
            throw new ApiException(
                    409,
                    "refund_exceeds_captured",
                    "Of what was captured, %s is left; %s cannot be refunded.".formatted(left, amount),
                    List.of(),
                    Map.of("refundable", left, "requested", amount),
                    null);
        }
        return refunds.write(payment, amount);
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public Refund.State send(RefundId id) {
        Refund refund = refunds.find(id);
        if (refund.state() != Refund.State.PENDING) {
            return refund.state();
        }
        Payment payment = find(refund.paymentId()).orElseThrow();
        Optional<Boolean> accepted = providers.within(
                payment, () -> providers.provider(payment).refund(payment.reference(), id.toString(), refund.amount()));
        return accepted.map(yes -> refunds.settle(refund, yes)).orElse(Refund.State.PENDING);
    }

    @Override
    public List<Refund> claimPendingRefunds(int limit) {
        return refunds.claimPending(limit);
    }

    @Override
    @Transactional(Transactional.TxType.NEVER)
    public Optional<PaymentEvent> receive(String provider, byte[] body, String signature) {
        return providers
                .find(provider)
                .orElseThrow(() -> ApiException.notFound("payment provider", provider))
                .receive(body, signature);
    }

    private static Payment payment(Tuple row) {
        String currency = row.get("currency", String.class);
        return new Payment(
                new PaymentId(row.get("id", UUID.class)),
                row.get("order_id", UUID.class),
                row.get("provider", String.class),
                row.get("reference", String.class),
                PaymentState.ofColumn(row.get("state", String.class)),
                Money.of(row.get("amount", Number.class).longValue(), currency),
                Money.of(row.get("captured_amount", Number.class).longValue(), currency),
                Money.of(row.get("refunded_amount", Number.class).longValue(), currency),
                row.get("created_at", Instant.class));
    }
}
