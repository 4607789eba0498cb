package io.fondaco.checkout;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.cart.CartId;
import io.fondaco.inventory.ReservationId;
import io.fondaco.order.NewOrder;
import io.fondaco.order.OrderId;
import io.fondaco.payment.PaymentId;
import io.fondaco.payment.PaymentOutcome;
import io.fondaco.payment.PaymentResult;
import io.fondaco.platform.Backoff;
import io.fondaco.platform.idempotency.IdempotentResponse;
import io.fondaco.platform.idempotency.RequestKey;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.jobs.DueWork;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.sql.SqlQuery;
import io.fondaco.platform.sql.SqlUpdate;
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
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes {@code checkout.attempt}.
 *
 * <p>A transaction that ends a reserved attempt locks its row last, after the cart, the order, the payment and the
 * stock. So no transaction waits for one of these while it has locked the row of a reserved attempt: a claim of due
 * attempts and a renewed lease commit before the reservation is extended.
 */
@ApplicationScoped
public class CheckoutAttemptStatements {
    private static final String COLUMNS = """
             id, cart_id, payment_id, reservation_id, state, snapshot,
             idempotency_fingerprint, response_status, response_body,
             CASE WHEN leased_until > now() THEN cast(ceil(extract(epoch FROM leased_until - now())) AS int) ELSE 0 END
                  AS lease_seconds,
             state = 'pending' AND created_at < now() - make_interval(secs => :paymentTimeout) AS overdue,
             state = 'pending' AND created_at < now() - make_interval(secs => :actionTimeout) AS shopper_overdue
            """;
    private static final Duration MAX_CHECK_INTERVAL = Duration.ofMinutes(5);
    private static final String UNFINISHED = "state IN ('reserved', 'pending')";

    /** Whether the recovery of an attempt is due. */
    static final String HAS_DUE_ATTEMPTS =
            DueWork.in("checkout.attempt").where(UNFINISHED).anyDue();

    /**
     * Maximum number of keys that the attempts of a cart have: any client can create a cart, and each key costs a row.
     */
    static final int MAX_KEYS_PER_CART = 1_000;

    /** Maximum number of attempts that one call of {@link #claimDue} returns. */
    static final int RECOVERY_BATCH_SIZE = 10;

    private final Sql sql;
    private final ObjectMapper json;
    private final CheckoutSettings settings;
    private final DueWork<AttemptRow> recovery;

    CheckoutAttemptStatements(Sql sql, ObjectMapper json, CheckoutSettings settings) {
        this.sql = sql;
        this.json = json;
        this.settings = settings;
        this.recovery = DueWork.in("checkout.attempt")
                .where(UNFINISHED)
                .lease(settings.attemptLease())
                .backoff(new Backoff(settings.pendingPaymentQueryDelay(), MAX_CHECK_INTERVAL))
                .returning(COLUMNS, AttemptRow.class, sql);
    }

    private record AttemptRow(
            UUID id,
            UUID cart,
            UUID payment,
            @Nullable UUID reservation,
            String state,
            NewOrder snapshot,
            String fingerprint,
            @Nullable Integer responseStatus,
            @Nullable String responseBody,
            int leaseSeconds,
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

    /**
     * Stores a new attempt, leased to the caller for {@code fondaco.checkout.attempt-lease}. One statement.
     *
     * @return empty if the key was used before on this cart, or the cart has {@link #MAX_KEYS_PER_CART} keys
     */
    @Transactional(Transactional.TxType.MANDATORY)
    Optional<CheckoutAttempt> insert(
            CartId cart, PaymentId payment, Optional<ReservationId> reservation, NewOrder order, RequestKey key) {
        UUID id = TypeId.newUuid();
        int inserted = sql.update("""
                        INSERT INTO checkout.attempt
                               (id, cart_id, order_id, payment_id, reservation_id, snapshot, idempotency_key,
                                idempotency_fingerprint, leased_until)
                        SELECT :id, :cart, :order, :payment, cast(:reservation AS uuid), cast(:snapshot AS jsonb), :key,
                               :fingerprint, now() + make_interval(secs => :lease)
                         WHERE (SELECT count(*)
                                  FROM (SELECT FROM checkout.attempt
                                         WHERE cart_id = :cart AND idempotency_key IS NOT NULL LIMIT :limit) AS used)
                               < :limit
                        ON CONFLICT (cart_id, idempotency_key) DO NOTHING
                        """)
                .setParameter("id", id)
                .setParameter("cart", cart.value())
                .setParameter("order", order.id().value())
                .setParameter("payment", payment.value())
                .setParameter(
                        "reservation", reservation.map(ReservationId::value).orElse(null))
                .setParameter("snapshot", Json.write(json, order))
                .setParameter("key", key.key())
                .setParameter("fingerprint", key.fingerprint())
                .setParameter("lease", Seconds.of(settings.attemptLease()))
                .setParameter("limit", MAX_KEYS_PER_CART)
                .executeUpdate();
        return inserted == 0
                ? Optional.empty()
                : Optional.of(new CheckoutAttempt(
                        id,
                        cart,
                        payment,
                        reservation,
                        CheckoutAttemptState.RESERVED,
                        order,
                        key.fingerprint(),
                        Optional.empty(),
                        settings.attemptLease(),
                        false,
                        false));
    }

    /**
     * Changes the state of a reserved attempt and stores the response to the request that began it. One statement.
     *
     * @return as {@link #transition}
     */
    @Transactional(Transactional.TxType.MANDATORY)
    boolean transitionWithResponse(
            CheckoutAttempt expected, CheckoutAttemptState next, PaymentResult result, IdempotentResponse response) {
        return transitionQuery(expected, next, result, ", response_status = :status, response_body = :body")
                        .setParameter("status", response.status())
                        .setParameter("body", response.body())
                        .executeUpdate()
                == 1;
    }

    /**
     * Ends a reserved attempt that took no money, so that its key can be used again immediately. One statement.
     *
     * @return as {@link #transition}
     */
    @Transactional(Transactional.TxType.MANDATORY)
    boolean failAndReleaseKey(CheckoutAttempt expected, PaymentResult result) {
        return transitionQuery(expected, CheckoutAttemptState.FAILED, result, ", idempotency_key = NULL")
                        .executeUpdate()
                == 1;
    }

    /**
     * Changes the state of a pending attempt, whose response is stored. One statement.
     *
     * @param expected the attempt as the caller read it
     * @param result the payment result that causes the transition
     * @return false if the stored state is no longer the expected one, because another caller changed it first
     */
    @Transactional(Transactional.TxType.MANDATORY)
    boolean transition(CheckoutAttempt expected, CheckoutAttemptState next, PaymentResult result) {
        return transitionQuery(expected, next, result, "").executeUpdate() == 1;
    }

    /** Changes the state of an attempt; nothing else does. */
    private SqlUpdate transitionQuery(
            CheckoutAttempt expected, CheckoutAttemptState next, PaymentResult result, String assignments) {
        if (!expected.state().canTransitionTo(next)) {
            throw new IllegalStateException(
                    "A checkout attempt in state %s cannot change to %s".formatted(expected.state(), next));
        }
        return sql.update("""
                        UPDATE checkout.attempt
                           SET state = :next, attempts = 0, updated_at = now(),
                               waiting = :waiting, waiting_since = now(),
                               lease = NULL, leased_until = '-infinity',
                               next_attempt_at = now() + make_interval(secs => :wait)%s
                         WHERE id = :id AND state = :expected
                        """.formatted(assignments))
                .setParameter("next", next.column())
                .setParameter("waiting", WaitReason.of(result).column())
                .setParameter("wait", Seconds.of(settings.pendingPaymentQueryDelay()))
                .setParameter("id", expected.id())
                .setParameter("expected", expected.state().column());
    }

    /** Updates the wait reason of a pending attempt. One statement. */
    @Transactional(Transactional.TxType.MANDATORY)
    void updateWaitReason(CheckoutAttempt attempt, PaymentResult result) {
        sql.update("""
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
        sql.query("""
                        SELECT reason,
                               cast(max(extract(epoch FROM now() - CASE reason WHEN 'answer' THEN since
                                                                               ELSE created_at END))
                                    AS double precision) AS age
                          FROM (SELECT CASE state WHEN 'reserved' THEN 'recovery'
                                                  ELSE coalesce(waiting, 'answer') END AS reason,
                                       coalesce(waiting_since, created_at) AS since, created_at
                                  FROM checkout.attempt
                                 WHERE %s LIMIT 100000) AS unfinished
                         GROUP BY reason
                        """.formatted(UNFINISHED), OpenAge.class)
                .timeout(GaugeSnapshot.STATEMENT_TIMEOUT)
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

    /** The attempt of this cart that has this key. */
    Optional<CheckoutAttempt> findByKey(CartId cart, RequestKey key) {
        return first(selectQuery("cart_id = :value AND idempotency_key = :key", cart.value())
                .setParameter("key", key.key()));
    }

    Optional<CheckoutAttempt> find(UUID id) {
        return select("id = :value", id);
    }

    private Optional<CheckoutAttempt> select(String condition, UUID value) {
        return first(selectQuery(condition, value));
    }

    private SqlQuery<AttemptRow> selectQuery(String condition, UUID value) {
        return setTimeouts(
                        sql.query("SELECT" + COLUMNS + " FROM checkout.attempt WHERE " + condition, AttemptRow.class))
                .setParameter("value", value);
    }

    private static Optional<CheckoutAttempt> first(SqlQuery<AttemptRow> query) {
        return query.getResultList().stream().findFirst().map(CheckoutAttemptStatements::toAttempt);
    }

    /**
     * Claims unfinished attempts that are due, after a crash or while their payment is pending. Several pods may call
     * it at the same time. The lease needs no check at the end, because every transition compares the state. One
     * statement; the caller extends the reservations afterwards.
     */
    @Transactional
    List<CheckoutAttempt> claimDue() {
        return setTimeouts(recovery.claimQuery(RECOVERY_BATCH_SIZE)).getResultList().stream()
                .map(CheckoutAttemptStatements::toAttempt)
                .toList();
    }

    /**
     * Leases a reserved attempt to a client that resumes it. One statement; the caller extends the reservation
     * afterwards.
     *
     * @return false if another request or recovery works on the attempt, or it has ended
     */
    @Transactional(Transactional.TxType.MANDATORY)
    boolean takeOver(CheckoutAttempt attempt) {
        return sql.update("""
                        UPDATE checkout.attempt SET leased_until = now() + make_interval(secs => :lease)
                         WHERE id = :id AND state = 'reserved' AND leased_until <= now()
                        """)
                        .setParameter("lease", Seconds.of(settings.attemptLease()))
                        .setParameter("id", attempt.id())
                        .executeUpdate()
                == 1;
    }

    private SqlQuery<AttemptRow> setTimeouts(SqlQuery<AttemptRow> query) {
        return query.setParameter("paymentTimeout", Seconds.of(settings.pendingPaymentTimeout()))
                .setParameter("actionTimeout", Seconds.of(settings.paymentActionTimeout()));
    }

    private static CheckoutAttempt toAttempt(AttemptRow row) {
        return new CheckoutAttempt(
                row.id(),
                new CartId(row.cart()),
                new PaymentId(row.payment()),
                Optional.ofNullable(row.reservation()).map(ReservationId::new),
                CheckoutAttemptState.ofColumn(row.state()),
                row.snapshot(),
                row.fingerprint(),
                response(row.responseStatus(), row.responseBody()),
                Duration.ofSeconds(row.leaseSeconds()),
                row.overdue(),
                row.shopperOverdue());
    }

    private static Optional<IdempotentResponse> response(@Nullable Integer status, @Nullable String body) {
        return status == null || body == null ? Optional.empty() : Optional.of(new IdempotentResponse(status, body));
    }
}
