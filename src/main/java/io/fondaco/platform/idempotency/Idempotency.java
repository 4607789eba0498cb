package io.fondaco.platform.idempotency;

import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the answers of requests that must take effect once. Everything happens in the caller's transaction on the
 * primary: a crash before its commit leaves no trace of the key, so a retry starts afresh; after it, a retry gets the
 * stored answer.
 *
 * <p>A caller whose effect fits one transaction calls {@link #claim} first and {@link #store} last in it. A caller that
 * must leave the database in between (a payment) commits the claim with what it needs to go on; until the answer is
 * stored the key counts as in flight for {@link #LEASE}, then anyone with the same request may go on with it.
 */
@ApplicationScoped
public class Idempotency {
    /** How long a committed claim without an answer keeps others out. */
    public static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration RETENTION = Duration.ofHours(24);
    private static final int PRUNE_BATCH = 10_000;

    private final EntityManager entities;
    private final IdempotencySettings settings;

    Idempotency(EntityManager entities, IdempotencySettings settings) {
        this.entities = entities;
        this.settings = settings;
    }

    /**
     * Claims the key, or finds the answer that was given before. A concurrent claim that has not committed yet is
     * waited for, up to the lock time limit of the primary.
     *
     * @return the stored answer; empty when the caller is to take effect now
     * @throws ApiException 409 {@code request_in_flight} while another holds the key, 422
     *     {@code idempotency_key_reused} when the content differs
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public Optional<IdempotentResponse> claim(IdempotencyKey key) {
        if (insert(key)) {
            return Optional.empty();
        }
        return selectRow(key, " FOR UPDATE").flatMap(row -> responseOrRenew(row, key));
    }

    /**
     * As {@link #claim}, for callers without an API key.
     *
     * @throws ApiException also 429 {@code too_many_idempotency_keys}
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public Optional<IdempotentResponse> claimWithinLimit(IdempotencyKey key) {
        if (insertWithinLimit(key, settings.maxKeysPerCaller())) {
            return Optional.empty();
        }
        Tuple row = selectRow(key, " FOR UPDATE").orElseThrow(() -> tooManyKeys(settings.maxKeysPerCaller()));
        return responseOrRenew(row, key);
    }

    private Optional<IdempotentResponse> responseOrRenew(Tuple row, IdempotencyKey key) {
        Optional<IdempotentResponse> before = storedResponse(row, key);
        if (before.isEmpty()) {
            renewLease(key);
        }
        return before;
    }

    private static ApiException tooManyKeys(int limit) {
        return new ApiException(
                429,
                "too_many_idempotency_keys",
                "You have sent %d different Idempotency-Keys in 24 hours, and no more are kept. Repeat requests with the keys that they had; send others without one, where none is required."
                        .formatted(limit));
    }

    /**
     * The answer that was given, if one was; claims nothing, locks nothing and writes nothing.
     *
     * @throws ApiException as {@link #claim} does
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public Optional<IdempotentResponse> find(IdempotencyKey key) {
        return selectRow(key, "").flatMap(row -> storedResponse(row, key));
    }

    private Optional<Tuple> selectRow(IdempotencyKey key, String lock) {
        List<?> rows = entities.createNativeQuery("""
                        SELECT fingerprint, status, body, etag, location, extract(epoch FROM locked_until - now())::int AS lease_seconds
                          FROM idempotency.request
                         WHERE principal = :principal AND route = :route AND key = :key
                        """ + lock, Tuple.class)
                .setParameter("principal", key.principal())
                .setParameter("route", key.route())
                .setParameter("key", key.key())
                .getResultList();
        return rows.stream().map(Tuple.class::cast).findFirst();
    }

    private static Optional<IdempotentResponse> storedResponse(Tuple row, IdempotencyKey key) {
        if (!row.get("fingerprint", String.class).equals(key.fingerprint())) {
            throw new ApiException(
                    422, "idempotency_key_reused", "This Idempotency-Key was used before with another content.");
        }
        if (row.get("status") != null) {
            return Optional.of(new IdempotentResponse(
                    row.get("status", Number.class).intValue(),
                    row.get("body", String.class),
                    Optional.ofNullable(row.get("etag", String.class)),
                    Optional.ofNullable(row.get("location", String.class))));
        }
        int leaseSeconds = row.get("lease_seconds", Number.class).intValue();
        if (leaseSeconds > 0) {
            throw new ApiException(
                    409,
                    "request_in_flight",
                    "A request with this Idempotency-Key is still being worked on; try again.",
                    List.of(),
                    Map.of(),
                    Duration.ofSeconds(Math.min(leaseSeconds, 2)));
        }
        return Optional.empty();
    }

    private boolean insert(IdempotencyKey key) {
        return insertQuery(key, "").executeUpdate() == 1;
    }

    /** Counts no further than the limit, in the primary key's index. */
    private boolean insertWithinLimit(IdempotencyKey key, int limit) {
        return insertQuery(key, """
                                WHERE (SELECT count(*)
                                         FROM (SELECT FROM idempotency.request WHERE principal = :principal LIMIT :limit) kept)
                                      < :limit
                                """).setParameter("limit", limit).executeUpdate() == 1;
    }

    private Query insertQuery(IdempotencyKey key, String condition) {
        return entities.createNativeQuery("""
                        INSERT INTO idempotency.request (principal, route, key, fingerprint, locked_until)
                        SELECT :principal, :route, :key, :fingerprint, now() + make_interval(secs => :lease)
                        %s
                        ON CONFLICT DO NOTHING
                        """.formatted(condition))
                .setParameter("principal", key.principal())
                .setParameter("route", key.route())
                .setParameter("key", key.key())
                .setParameter("fingerprint", key.fingerprint())
                .setParameter("lease", (double) LEASE.toSeconds());
    }

    private void renewLease(IdempotencyKey key) {
        entities.createNativeQuery("""
                        UPDATE idempotency.request SET locked_until = now() + make_interval(secs => :lease)
                         WHERE principal = :principal AND route = :route AND key = :key
                        """)
                .setParameter("principal", key.principal())
                .setParameter("route", key.route())
                .setParameter("key", key.key())
                .setParameter("lease", (double) LEASE.toSeconds())
                .executeUpdate();
    }

    /** Keeps the answer for 24 hours; to be the last act of the transaction that holds the effect. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void store(IdempotencyKey key, IdempotentResponse answer) {
        entities.createNativeQuery("""
                        UPDATE idempotency.request
                           SET status = :status, body = :body, etag = cast(:etag AS text), location = cast(:location AS text)
                         WHERE principal = :principal AND route = :route AND key = :key
                        """)
                .setParameter("status", answer.status())
                .setParameter("body", answer.body())
                .setParameter("etag", answer.etag().orElse(null))
                .setParameter("location", answer.location().orElse(null))
                .setParameter("principal", key.principal())
                .setParameter("route", key.route())
                .setParameter("key", key.key())
                .executeUpdate();
    }

    /** Lets go of a claim whose effect was undone, so that the same key may try again at once. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void release(IdempotencyKey key) {
        entities.createNativeQuery("""
                        DELETE FROM idempotency.request
                         WHERE principal = :principal AND route = :route AND key = :key AND status IS NULL
                        """)
                .setParameter("principal", key.principal())
                .setParameter("route", key.route())
                .setParameter("key", key.key())
                .executeUpdate();
    }

    /** Forgets what is older than 24 hours, at most 10,000 keys a call. */
    @Transactional
    int prune() {
        return entities.createNativeQuery("""
                        DELETE FROM idempotency.request
                         WHERE ctid IN (SELECT ctid FROM idempotency.request
                                         WHERE created_at < now() - make_interval(secs => :age)
                                         ORDER BY created_at LIMIT :batch FOR UPDATE SKIP LOCKED)
                        """)
                .setParameter("age", (double) RETENTION.toSeconds())
                .setParameter("batch", PRUNE_BATCH)
                .executeUpdate();
    }
}
