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
import io.fondaco.platform.Backoff;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.jobs.DueWork;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;
import org.hibernate.query.NativeQuery;
import org.jspecify.annotations.Nullable;

/** Reads and writes {@code checkout.attempt}. */
@ApplicationScoped
public class CheckoutAttemptStatements {
    private static final String COLUMNS = """
             id, cart_id, payment_id, reservation_id, state, cast(snapshot AS text) AS snapshot, idempotency_principal,
             idempotency_route, idempotency_key, idempotency_fingerprint,
             state = 'pending' AND created_at < now() - make_interval(secs => :paymentTimeout) AS overdue,
             state = 'pending' AND created_at < now() - make_interval(secs => :actionTimeout) AS shopper_overdue
            """;
    private static final Duration MAX_CHECK_INTERVAL = Duration.ofMinutes(5);
    private static final String UNFINISHED = "state IN ('reserved', 'pending')";

    /** Whether the recovery of an attempt is due. */
    static final String HAS_DUE_ATTEMPTS =
            DueWork.in("checkout.attempt").where(UNFINISHED).anyDue();

    /** Maximum number of attempts that one call of {@link #claimDue} returns. */
    static final int RECOVERY_BATCH_SIZE = 10;

    private final Session session;
    private final ObjectMapper json;
    private final CheckoutSettings settings;
    private final Inventory inventory;
    private final DueWork<AttemptRow> recovery;

    CheckoutAttemptStatements(Session session, ObjectMapper json, CheckoutSettings settings, Inventory inventory) {
        this.session = session;
        this.json = json;
        this.settings = settings;
        this.inventory = inventory;
        this.recovery = DueWork.in("checkout.attempt")
                .where(UNFINISHED)
                .lease(settings.attemptLease())
                .backoff(new Backoff(settings.pendingPaymentQueryDelay(), MAX_CHECK_INTERVAL))
                .returning(COLUMNS, AttemptRow.class, session);
    }

    private record AttemptRow(
            UUID id,
            UUID cart,
            UUID payment,
            @Nullable UUID reservation,
            String state,
            String snapshot,
            String idempotencyPrincipal,
            String idempotencyRoute,
            String idempotencyKey,
            String idempotencyFingerprint,
            boolean overdue,
            boolean shopperOverdue) {}

    private record OpenAge(String reason, double seconds) {}

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
        session.createNativeMutationQuery("""
                        INSERT INTO checkout.attempt
                               (id, cart_id, order_id, payment_id, reservation_id, snapshot, idempotency_principal,
                                idempotency_route, idempotency_key, idempotency_fingerprint, leased_until)
                        VALUES (:id, :cart, :order, :payment, cast(:reservation AS uuid), cast(:snapshot AS jsonb),
                                :principal, :route, :key, :fingerprint, now() + make_interval(secs => :lease))
                        """)
                .setParameter("id", id)
                .setParameter("cart", cart.value())
                .setParameter("order", order.id().value())
                .setParameter("payment", payment.value())
                .setParameter(
                        "reservation", reservation.map(ReservationId::value).orElse(null), UUID.class)
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
        return session.createNativeMutationQuery("""
                                UPDATE checkout.attempt
                                   SET state = :next, attempts = 0, updated_at = now(),
                                       waiting = :waiting, waiting_since = now(),
                                       lease = NULL, leased_until = '-infinity',
                                       next_attempt_at = now() + make_interval(secs => :wait)
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
        session.createNativeMutationQuery("""
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
        Map<WaitReason, Double> ages = new EnumMap<>(WaitReason.class);
        session.createNativeQuery("""
                        SELECT reason,
                               cast(max(extract(epoch FROM now() - CASE reason WHEN 'answer' THEN since
                                                                               ELSE created_at END))
                                    AS double precision) AS age
                          FROM (SELECT CASE state WHEN 'reserved' THEN 'recovery'
                                                  ELSE coalesce(waiting, 'answer') END AS reason,
                                       coalesce(waiting_since, created_at) AS since, created_at
                                  FROM checkout.attempt
                                 WHERE state IN ('reserved', 'pending') LIMIT 100000) AS unfinished
                         GROUP BY reason
                        """, OpenAge.class)
                .setHint("jakarta.persistence.query.timeout", GaugeSnapshot.STATEMENT_TIMEOUT_MILLIS)
                .getResultList()
                .forEach(age -> ages.put(
                        WaitReason.valueOf(age.reason().toUpperCase(Locale.ROOT)), Math.max(0, age.seconds())));
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
        return setTimeouts(session.createNativeQuery(
                        "SELECT" + COLUMNS + " FROM checkout.attempt WHERE " + condition, AttemptRow.class))
                .setParameter("value", value)
                .getResultList()
                .stream()
                .findFirst()
                .map(this::toAttempt);
    }

    /**
     * Claims unfinished attempts that are due, after a crash or while their payment is pending, and extends the
     * reservations of those that are still reserved. Several pods may call it at the same time. The lease needs no
     * check at the end, because {@link #transition} compares the state.
     */
    @Transactional
    List<CheckoutAttempt> claimDue() {
        List<CheckoutAttempt> due = setTimeouts(recovery.claimQuery(RECOVERY_BATCH_SIZE)).getResultList().stream()
                .map(this::toAttempt)
                .toList();
        due.forEach(this::extendReservation);
        return due;
    }

    /** Renews the lease for a client that resumes its attempt. */
    @Transactional(Transactional.TxType.MANDATORY)
    void renewLease(CheckoutAttempt attempt) {
        session.createNativeMutationQuery("""
                        UPDATE checkout.attempt SET leased_until = now() + make_interval(secs => :lease)
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

    private NativeQuery<AttemptRow> setTimeouts(NativeQuery<AttemptRow> query) {
        return query.setParameter("paymentTimeout", Seconds.of(settings.pendingPaymentTimeout()))
                .setParameter("actionTimeout", Seconds.of(settings.paymentActionTimeout()));
    }

    private CheckoutAttempt toAttempt(AttemptRow row) {
        return new CheckoutAttempt(
                row.id(),
                new CartId(row.cart()),
                new PaymentId(row.payment()),
                Optional.ofNullable(row.reservation()).map(ReservationId::new),
                CheckoutAttemptState.ofColumn(row.state()),
                parseSnapshot(row.snapshot()),
                new IdempotencyKey(
                        row.idempotencyPrincipal(),
                        row.idempotencyRoute(),
                        row.idempotencyKey(),
                        row.idempotencyFingerprint()),
                row.overdue(),
                row.shopperOverdue());
    }

    private NewOrder parseSnapshot(String text) {
        try {
            return json.readValue(text, NewOrder.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored order snapshot does not parse", e);
        }
    }
}
