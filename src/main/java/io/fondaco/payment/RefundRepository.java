package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.RequestId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Refunds in Postgres. A refund is recorded, and its amount is reserved on the payment, before any provider is called.
 */
@ApplicationScoped
class RefundRepository {
    private static final String COLUMNS =
            "id, payment_id, order_id, provider_reference, state, currency, amount, created_at, attempts > 0 AS possibly_sent";
    /** Lease of a claimed refund, in seconds; longer than the time limit of a provider call. */
    private static final int LEASE_SECONDS = 30;

    private final EntityManager entities;
    private final Actor actor;
    private final RequestId requestId;

    RefundRepository(EntityManager entities, Actor actor, RequestId requestId) {
        this.entities = entities;
        this.actor = actor;
        this.requestId = requestId;
    }

    /** @param providerReference of a refund that was made at the provider */
    @Transactional(Transactional.TxType.MANDATORY)
    Refund insert(Payment payment, Money amount, Optional<String> providerReference) {
        Tuple row = (Tuple) entities.createNativeQuery("""
                        WITH reserved AS (
                            UPDATE payment.payment SET refunded_amount = refunded_amount + :amount, updated_at = now()
                             WHERE id = :payment)
                        INSERT INTO payment.refund
                               (id, payment_id, order_id, provider_reference, currency, amount, locked_until, changed_by,
                                changed_in)
                        VALUES (:id, :payment, :order, cast(:reference AS text), :currency, :amount,
                                now() + make_interval(secs => :lease), :actor, :request)
                        RETURNING\s""" + COLUMNS, Tuple.class)
                .setParameter("id", RefundId.random().value())
                .setParameter("payment", payment.id().value())
                .setParameter("order", payment.orderId())
                .setParameter("reference", providerReference.orElse(null))
                .setParameter("currency", amount.currency())
                .setParameter("amount", amount.amount())
                .setParameter("lease", (double) LEASE_SECONDS)
                .setParameter("actor", actor.name())
                .setParameter("request", requestId.value())
                .getSingleResult();
        return mapRow(row);
    }

    /**
     * Records the provider's result. The amount of a failed refund can be refunded again.
     *
     * @return whether the refund was pending, or failed after it had succeeded
     */
    @Transactional(Transactional.TxType.MANDATORY)
    boolean recordResult(RefundId id, RefundResult result) {
        return !entities.createNativeQuery("""
                        WITH changed AS (
                            UPDATE payment.refund
                               SET state = :state, changed_by = :actor, changed_in = :request,
                                   provider_reference = coalesce(provider_reference, cast(:reference AS text))
                             WHERE id = :id AND (state = 'pending' OR (state = 'succeeded' AND :state = 'failed'))
                            RETURNING id, payment_id, amount, state
                        ), released AS (
                            UPDATE payment.payment p
                               SET refunded_amount = p.refunded_amount - c.amount, updated_at = now()
                              FROM changed c WHERE p.id = c.payment_id AND c.state = 'failed'
                        )
                        SELECT id FROM changed
                        """)
                .setParameter("state", result.state().column())
                .setParameter("reference", result.providerReference().orElse(null))
                .setParameter("id", id.value())
                .setParameter("actor", actor.name())
                .setParameter("request", requestId.value())
                .getResultList()
                .isEmpty();
    }

    @Transactional
    List<Refund> claimPending(int limit) {
        List<?> rows = entities.createNativeQuery("""
                        UPDATE payment.refund
                           SET attempts = attempts + 1,
                               locked_until = now() + make_interval(secs => least(:lease * (attempts + 1), 900))
                         WHERE id IN (SELECT id FROM payment.refund WHERE state = 'pending' AND locked_until < now()
                                       ORDER BY locked_until LIMIT :limit FOR UPDATE SKIP LOCKED)
                        RETURNING\s""" + COLUMNS, Tuple.class)
                .setParameter("lease", (double) LEASE_SECONDS)
                .setParameter("limit", limit)
                .getResultList();
        return rows.stream().map(row -> mapRow((Tuple) row)).toList();
    }

    /**
     * Age of the oldest pending refund by provider, in seconds. One statement, which reads at most 100,000 pending
     * refunds.
     */
    Map<String, Double> pendingAgesByProvider() {
        List<?> rows = entities.createNativeQuery("""
                        SELECT p.provider,
                               cast(max(extract(epoch FROM now() - r.created_at)) AS double precision) AS age
                          FROM (SELECT payment_id, created_at FROM payment.refund WHERE state = 'pending' LIMIT 100000) AS r
                          JOIN payment.payment p ON p.id = r.payment_id
                         GROUP BY p.provider
                        """, Tuple.class)
                .setHint("jakarta.persistence.query.timeout", GaugeSnapshot.STATEMENT_TIMEOUT_MILLIS)
                .getResultList();
        return rows.stream()
                .map(Tuple.class::cast)
                .collect(Collectors.toMap(
                        row -> row.get("provider", String.class), row -> Math.max(0, row.get("age", Double.class))));
    }

    Refund find(RefundId id) {
        return mapRow((Tuple)
                entities.createNativeQuery("SELECT " + COLUMNS + " FROM payment.refund WHERE id = :id", Tuple.class)
                        .setParameter("id", id.value())
                        .getSingleResult());
    }

    List<Refund> listByOrder(UUID orderId) {
        List<?> rows = entities.createNativeQuery(
                        "SELECT " + COLUMNS + " FROM payment.refund WHERE order_id = :order ORDER BY id", Tuple.class)
                .setParameter("order", orderId)
                .getResultList();
        return rows.stream().map(row -> mapRow((Tuple) row)).toList();
    }

    private static Refund mapRow(Tuple row) {
        return new Refund(
                new RefundId(row.get("id", UUID.class)),
                new PaymentId(row.get("payment_id", UUID.class)),
                row.get("order_id", UUID.class),
                row.get("provider_reference", String.class),
                Refund.State.ofColumn(row.get("state", String.class)),
                Money.of(row.get("amount", Number.class).longValue(), row.get("currency", String.class)),
                row.get("created_at", Instant.class),
                row.get("possibly_sent", Boolean.class));
    }
}
