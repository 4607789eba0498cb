package io.fondaco.payment;

import io.fondaco.payment.PaymentEntity.PaymentRow;
import io.fondaco.payment.PaymentProvider.RefundResult;
import io.fondaco.payment.RefundRepository.RefundRow;
import io.fondaco.platform.Backoff;
import io.fondaco.platform.jobs.DueWork;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.RequestId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The native SQL of this module: conditional updates that decide between concurrent writers, claims, and upserts. Each
 * method is one statement, in the caller's transaction. A statement that changes a state also sets {@code changed_by}
 * and {@code changed_in}, which a trigger moves into the history.
 */
@ApplicationScoped
class PaymentStatements {
    private static final String PAYMENT_COLUMNS =
            "id, order_id, provider, reference, provider_reference, state, currency, amount, captured_amount,"
                    + " refunded_amount, created_at";
    private static final String REFUND_COLUMNS =
            "id, payment_id, order_id, provider_reference, state, currency, amount, created_at,"
                    + " attempts > 0 AS possibly_sent";

    /**
     * Lease of a refund or void, for the caller that records it and for each claim; longer than the time limit of a
     * provider call.
     */
    private static final Duration LEASE = Duration.ofSeconds(30);

    private static final Backoff BACKOFF = new Backoff(LEASE, Duration.ofMinutes(15));
    private static final String PENDING = "state = 'pending'";

    /** Whether a refund or a void is due. */
    static final String HAS_DUE_REFUNDS_OR_VOIDS = "%s OR %s"
            .formatted(
                    DueWork.in("payment.refund").where(PENDING).anyDue(),
                    DueWork.in("payment.void").anyDue());

    private final Sql sql;
    private final Actor actor;
    private final RequestId requestId;
    private final DueWork<RefundRow> refunds;
    private final DueWork<PaymentRow> voids;

    PaymentStatements(Sql sql, Actor actor, RequestId requestId) {
        this.sql = sql;
        this.actor = actor;
        this.requestId = requestId;
        this.refunds = DueWork.in("payment.refund")
                .where(PENDING)
                .lease(LEASE)
                .backoff(BACKOFF)
                .returning(REFUND_COLUMNS, RefundRow.class, sql);
        this.voids = DueWork.in("payment.void")
                .key("payment_id")
                .join("payment.payment", "payment.id = work.payment_id")
                .lease(LEASE)
                .backoff(BACKOFF)
                .returning(PAYMENT_COLUMNS, PaymentRow.class, sql);
    }

    /** The age of the oldest pending refund of a provider. */
    record RefundAge(String provider, double seconds) {}

    private record Text(String value) {}

    private record ActionRow(PaymentAction action) {}

    /**
     * Moves a payment to a state, if its current state allows that.
     *
     * @param captured the captured amount; one in another currency is not recorded and must be refunded manually
     * @return whether the state changed
     */
    boolean updateState(PaymentId payment, PaymentState state, Optional<Money> captured) {
        return sql.update("""
                                UPDATE payment.payment
                                   SET state = :state, action = NULL, updated_at = now(),
                                       changed_by = :actor, changed_in = :request,
                                       captured_amount = CASE WHEN currency = :currency THEN :captured ELSE 0 END
                                 WHERE id = :id AND state = ANY (cast(:sources AS text[]))
                                """)
                        .setParameter("state", state.column())
                        .setParameter("currency", captured.map(Money::currency).orElse(""))
                        .setParameter("captured", captured.map(Money::amount).orElse(0L))
                        .setParameter("id", payment.value())
                        .setParameter("sources", state.sourceStates())
                        .setParameter("actor", actor.name())
                        .setParameter("request", requestId.value())
                        .executeUpdate()
                == 1;
    }

    /**
     * Stores the step that the shopper must take, while the payment is pending.
     *
     * @param action JSON; null for none
     */
    void updatePendingAction(PaymentId payment, @Nullable String action) {
        sql.update("""
                        UPDATE payment.payment SET action = cast(:action AS jsonb), updated_at = now()
                         WHERE id = :id AND state = 'pending' AND action IS DISTINCT FROM cast(:action AS jsonb)
                        """)
                .setParameter("action", action)
                .setParameter("id", payment.value())
                .executeUpdate();
    }

    /** The step that the shopper must take. It contains a secret, so it is never part of an entity. */
    Optional<PaymentAction> findPendingAction(PaymentId payment) {
        return sql.query("""
                        SELECT action FROM payment.payment WHERE id = :id AND action IS NOT NULL
                        """, ActionRow.class)
                .setParameter("id", payment.value())
                .uniqueResultOptional()
                .map(ActionRow::action);
    }

    /**
     * Binds a payment to a provider reference, unless it is bound already.
     *
     * @return the reference that it is bound to
     */
    String bindProviderReference(PaymentId payment, String providerReference) {
        return sql.query("""
                        UPDATE payment.payment SET provider_reference = coalesce(provider_reference, :reference)
                         WHERE id = :id RETURNING provider_reference
                        """, Text.class)
                .setParameter("reference", providerReference)
                .setParameter("id", payment.value())
                .getSingleResult()
                .value();
    }

    /** Makes the void of a payment due after one lease. */
    void scheduleVoid(PaymentId payment) {
        sql.update("""
                        INSERT INTO payment.void (payment_id, leased_until)
                        VALUES (:payment, now() + make_interval(secs => :lease))
                            ON CONFLICT (payment_id) DO UPDATE
                           SET attempts = 0, next_attempt_at = now(), lease = NULL, leased_until = excluded.leased_until
                        """)
                .setParameter("lease", Seconds.of(LEASE))
                .setParameter("payment", payment.value())
                .executeUpdate();
    }

    /** Records that there is nothing to void any more. */
    void deleteVoid(PaymentId payment) {
        sql.update("DELETE FROM payment.void WHERE payment_id = :payment")
                .setParameter("payment", payment.value())
                .executeUpdate();
    }

    /** Claims payments whose void is due. */
    List<PaymentRow> claimVoids(int limit) {
        return voids.claim(limit);
    }

    /**
     * Records a pending refund and reserves its amount on the payment.
     *
     * @param providerReference of a refund that was made at the provider
     */
    RefundRow insertRefund(Payment payment, Money amount, Optional<String> providerReference) {
        return sql.query("""
                        WITH reserved AS (
                            UPDATE payment.payment SET refunded_amount = refunded_amount + :amount, updated_at = now()
                             WHERE id = :payment)
                        INSERT INTO payment.refund
                               (id, payment_id, order_id, provider_reference, currency, amount, leased_until,
                                changed_by, changed_in)
                        VALUES (:id, :payment, :order, cast(:reference AS text), :currency, :amount,
                                now() + make_interval(secs => :lease), :actor, :request)
                        RETURNING\s""" + REFUND_COLUMNS, RefundRow.class)
                .setParameter("id", RefundId.random().value())
                .setParameter("payment", payment.id().value())
                .setParameter("order", payment.orderId())
                .setParameter("reference", providerReference.orElse(null))
                .setParameter("currency", amount.currency())
                .setParameter("amount", amount.amount())
                .setParameter("lease", Seconds.of(LEASE))
                .setParameter("actor", actor.name())
                .setParameter("request", requestId.value())
                .getSingleResult();
    }

    /**
     * Records the result of a refund that is pending, or that failed after it had succeeded. The amount of a failed
     * refund is released.
     *
     * @return whether the state changed
     */
    boolean recordRefundResult(RefundId id, RefundResult result) {
        return sql.query("""
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
                        SELECT state FROM changed
                        """, Text.class)
                .setParameter("state", result.state().column())
                .setParameter("reference", result.providerReference().orElse(null))
                .setParameter("id", id.value())
                .setParameter("actor", actor.name())
                .setParameter("request", requestId.value())
                .uniqueResultOptional()
                .isPresent();
    }

    /** Claims pending refunds. */
    List<RefundRow> claimRefunds(int limit) {
        return refunds.claim(limit);
    }

    /** The age of the oldest pending refund by provider. Reads at most 100,000 pending refunds. */
    List<RefundAge> pendingRefundAges() {
        return sql.query("""
                        SELECT p.provider,
                               cast(greatest(0, max(extract(epoch FROM now() - r.created_at)))
                                    AS double precision) AS age
                          FROM (SELECT payment_id, created_at FROM payment.refund
                                 WHERE state = 'pending' LIMIT 100000) AS r
                          JOIN payment.payment p ON p.id = r.payment_id
                         GROUP BY p.provider
                        """, RefundAge.class)
                .timeout(GaugeSnapshot.STATEMENT_TIMEOUT)
                .getResultList();
    }

    /** Creates a charge of the test provider, unless there is one. @return the state of the stored charge */
    String insertTestCharge(String reference, Money amount, String state) {
        return sql.query("""
                        INSERT INTO payment.test_charge AS c (reference, currency, amount, state)
                        VALUES (:reference, :currency, :amount, :state)
                        ON CONFLICT (reference) DO UPDATE SET state = c.state
                        RETURNING state
                        """, Text.class)
                .setParameter("reference", reference)
                .setParameter("currency", amount.currency())
                .setParameter("amount", amount.amount())
                .setParameter("state", state)
                .getSingleResult()
                .value();
    }
}
