package io.fondaco.checkout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.cart.CartId;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.ReservationId;
import io.fondaco.order.NewOrder;
import io.fondaco.order.OrderId;
import io.fondaco.payment.PaymentId;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentResult;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Reads and writes {@code checkout.attempt}. */
@ApplicationScoped
public class CheckoutAttemptRepository {
    private static final String COLUMNS = """
             id, cart_id, payment_id, reservation_id, state, cast(snapshot AS text) AS snapshot, idempotency_principal,
             idempotency_route, idempotency_key, idempotency_fingerprint,
             state = 'pending' AND created_at < now() - make_interval(secs => :limit) AS overdue,
             state = 'pending' AND created_at < now() - make_interval(secs => :shopper_limit) AS shopper_overdue
            """;
    private static final double MAX_CHECK_INTERVAL_SECONDS = 300;

    /** Maximum number of attempts that one call of {@link #claimDue} returns. */
    static final int RECOVERY_BATCH_SIZE = 10;

    private final EntityManager entities;
    private final ObjectMapper json;
    private final CheckoutSettings settings;
    private final Inventory inventory;

    CheckoutAttemptRepository(
            EntityManager entities, ObjectMapper json, CheckoutSettings settings, Inventory inventory) {
        this.entities = entities;
        this.json = json;
        this.settings = settings;
        this.inventory = inventory;
    }

    /** What an unfinished checkout attempt waits for. */
    enum WaitReason {
        /** The request that began it or, after its lease, checkout recovery. */
        RECOVERY,
        /** The provider's answer: the provider was called and the outcome is unknown. */
        ANSWER,
        /** The provider, which reported the payment as pending. */
        PROVIDER,
        /** The shopper, who must take a payment action. */
        SHOPPER;

        private static WaitReason of(PaymentResult result) {
            if (result.outcome() != PaymentOutcome.PENDING) {
                return ANSWER;
            }
            return result.action().isPresent() ? SHOPPER : PROVIDER;
        }

        String column() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Stores a new attempt, leased to the caller for {@code fondaco.checkout.attempt-lease}. One statement. */
    @Transactional(Transactional.TxType.MANDATORY)
    CheckoutAttempt insert(
            CartId cart, PaymentId payment, Optional<ReservationId> reservation, NewOrder order, IdempotencyKey key) {
        UUID id = TypeId.newUuid();
        entities.createNativeQuery("""
                        INSERT INTO checkout.attempt
                               (id, cart_id, order_id, payment_id, reservation_id, snapshot, idempotency_principal,
                                idempotency_route, idempotency_key, idempotency_fingerprint, locked_until)
                        VALUES (:id, :cart, :order, :payment, cast(:reservation AS uuid), cast(:snapshot AS jsonb),
                                :principal, :route, :key, :fingerprint, now() + make_interval(secs => :lease))
                        """)
                .setParameter("id", id)
                .setParameter("cart", cart.value())
                .setParameter("order", order.id().value())
                .setParameter("payment", payment.value())
                .setParameter(
                        "reservation",
                        reservation
                                .map(ReservationId::value)
                                .map(UUID::toString)
                                .orElse(null))
                .setParameter("snapshot", Json.write(json, order))
                .setParameter("principal", key.principal())
                .setParameter("route", key.route())
                .setParameter("key", key.key())
                .setParameter("fingerprint", key.fingerprint())
                .setParameter("lease", Seconds.of(settings.attemptLease()))
                .executeUpdate();
        return new CheckoutAttempt(
                id, cart, payment, reservation, CheckoutAttemptState.RESERVED, order, key, false, false);
    }

    /**
     * Changes the state of an attempt; nothing else does.
     *
     * @param expected the attempt as the caller read it
     * @param result the payment result that causes the transition
     * @return false if the stored state is no longer the expected one, because another caller changed it first
     */
    @Transactional(Transactional.TxType.MANDATORY)
    boolean transition(CheckoutAttempt expected, CheckoutAttemptState next, PaymentResult result) {
        if (!expected.state().canTransitionTo(next)) {
            throw new IllegalStateException(
                    "A checkout attempt in state %s cannot change to %s".formatted(expected.state(), next));
        }
        return entities.createNativeQuery("""
                                UPDATE checkout.attempt
                                   SET state = :next, attempts = 0, updated_at = now(),
                                       waiting = :waiting, waiting_since = now(),
                                       locked_until = now() + make_interval(secs => :wait)
                                 WHERE id = :id AND state = :expected
                                """)
                        .setParameter("next", next.column())
                        .setParameter("waiting", WaitReason.of(result).column())
                        .setParameter("wait", Seconds.of(settings.pendingPaymentQueryDelay()))
                        .setParameter("id", expected.id())
                        .setParameter("expected", expected.state().column())
                        .executeUpdate()
                == 1;
    }

    /** Updates the wait reason of a pending attempt. One statement. */
    @Transactional(Transactional.TxType.MANDATORY)
    void updateWaitReason(CheckoutAttempt attempt, PaymentResult result) {
        entities.createNativeQuery("""
                        UPDATE checkout.attempt SET waiting = :waiting, waiting_since = now()
                         WHERE id = :id AND state = 'pending' AND waiting IS DISTINCT FROM :waiting
                        """)
                .setParameter("waiting", WaitReason.of(result).column())
                .setParameter("id", attempt.id())
                .executeUpdate();
    }

    /**
     * The age of the oldest unfinished attempt for each wait reason, in seconds: since its creation, or for
     * {@link WaitReason#ANSWER} since it began to wait for the answer. One statement, which reads at most 100,000
     * attempts.
     */
    Map<WaitReason, Double> oldestOpenAges() {
        List<?> rows = entities.createNativeQuery("""
                        SELECT reason, cast(max(extract(epoch FROM now() - CASE reason WHEN 'answer' THEN since ELSE created_at END))
                                           AS double precision) AS age
                          FROM (SELECT CASE state WHEN 'reserved' THEN 'recovery' ELSE coalesce(waiting, 'answer') END AS reason,
                                       coalesce(waiting_since, created_at) AS since, created_at
                                  FROM checkout.attempt WHERE state IN ('reserved', 'pending') LIMIT 100000) AS unfinished
                         GROUP BY reason
                        """, Tuple.class)
                .setHint("jakarta.persistence.query.timeout", GaugeSnapshot.STATEMENT_TIMEOUT_MILLIS)
                .getResultList();
        Map<WaitReason, Double> ages = new EnumMap<>(WaitReason.class);
        for (Object row : rows) {
            Tuple unfinished = (Tuple) row;
            ages.put(
                    WaitReason.valueOf(unfinished.get("reason", String.class).toUpperCase(Locale.ROOT)),
                    Math.max(0, unfinished.get("age", Double.class)));
        }
        return ages;
    }

    public Optional<CheckoutAttempt> findByOrder(OrderId order) {
        return select("order_id = :value", order.value());
    }

    Optional<CheckoutAttempt> findByPayment(PaymentId payment) {
        return select("payment_id = :value", payment.value());
    }

    /** The attempt of this cart that has not failed, if there is one. */
    Optional<CheckoutAttempt> findUnfailedByCart(CartId cart) {
        return select("cart_id = :value AND state <> 'failed'", cart.value());
    }

    Optional<CheckoutAttempt> find(UUID id) {
        return select("id = :value", id);
    }

    private Optional<CheckoutAttempt> select(String condition, UUID value) {
        List<?> rows = entities.createNativeQuery(
                        "SELECT" + COLUMNS + " FROM checkout.attempt WHERE " + condition, Tuple.class)
                .setParameter("value", value)
                .setParameter("limit", Seconds.of(settings.pendingPaymentTimeout()))
                .setParameter("shopper_limit", Seconds.of(settings.paymentActionTimeout()))
                .getResultList();
        return rows.stream().findFirst().map(row -> toAttempt((Tuple) row));
    }

    /**
     * Leases unfinished attempts whose lease has expired, after a crash or while their payment is pending, and extends
     * the reservations of those that are still reserved. Several pods may call it at the same time. Times are those of
     * the database clock.
     */
    @Transactional
    List<CheckoutAttempt> claimDue() {
        List<?> rows = entities.createNativeQuery("""
                        UPDATE checkout.attempt
                           SET attempts = attempts + 1,
                               locked_until = now() + make_interval(secs => CASE state
                                   WHEN 'reserved' THEN :lease
                                   ELSE greatest(:lease, least(:check * power(2, least(attempts, 20)), :max_check)) END)
                         WHERE id IN (SELECT id FROM checkout.attempt
                                       WHERE state IN ('reserved', 'pending') AND locked_until < now()
                                       ORDER BY locked_until LIMIT :batch FOR UPDATE SKIP LOCKED)
                        RETURNING""" + COLUMNS, Tuple.class)
                .setParameter("lease", Seconds.of(settings.attemptLease()))
                .setParameter("check", Seconds.of(settings.pendingPaymentQueryDelay()))
                .setParameter("max_check", MAX_CHECK_INTERVAL_SECONDS)
                .setParameter("batch", RECOVERY_BATCH_SIZE)
                .setParameter("limit", Seconds.of(settings.pendingPaymentTimeout()))
                .setParameter("shopper_limit", Seconds.of(settings.paymentActionTimeout()))
                .getResultList();
        List<CheckoutAttempt> due =
                rows.stream().map(row -> toAttempt((Tuple) row)).toList();
        due.forEach(this::extendReservation);
        return due;
    }

    /** Renews the lease for a client that resumes its attempt. */
    @Transactional(Transactional.TxType.MANDATORY)
    void renewLease(CheckoutAttempt attempt) {
        entities.createNativeQuery("""
                        UPDATE checkout.attempt SET locked_until = now() + make_interval(secs => :lease)
                         WHERE id = :id AND state = 'reserved'
                        """)
                .setParameter("lease", Seconds.of(settings.attemptLease()))
                .setParameter("id", attempt.id())
                .executeUpdate();
        extendReservation(attempt);
    }

    private void extendReservation(CheckoutAttempt attempt) {
        if (attempt.state() == CheckoutAttemptState.RESERVED) {
            attempt.reservation().ifPresent(id -> inventory.extend(id, CheckoutAttempt.RESERVATION_TIME_TO_LIVE));
        }
    }

    private CheckoutAttempt toAttempt(Tuple row) {
        return new CheckoutAttempt(
                row.get("id", UUID.class),
                new CartId(row.get("cart_id", UUID.class)),
                new PaymentId(row.get("payment_id", UUID.class)),
                Optional.ofNullable(row.get("reservation_id", UUID.class)).map(ReservationId::new),
                CheckoutAttemptState.ofColumn(row.get("state", String.class)),
                parseSnapshot(row.get("snapshot", String.class)),
                new IdempotencyKey(
                        row.get("idempotency_principal", String.class),
                        row.get("idempotency_route", String.class),
                        row.get("idempotency_key", String.class),
                        row.get("idempotency_fingerprint", String.class)),
                row.get("overdue", Boolean.class),
                row.get("shopper_overdue", Boolean.class));
    }

    private NewOrder parseSnapshot(String text) {
        try {
            return json.readValue(text, NewOrder.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored order snapshot does not parse", e);
        }
    }
}
