package io.fondaco.platform.idempotency;

import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.sql.SqlUpdate;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stores the responses of requests that must take effect once. Everything happens in the caller's transaction on the
 * primary: a crash before its commit rolls the key back, so a retry starts again; after it, a retry gets the stored
 * response.
 *
 * <p>The effect must fit into one transaction, which calls {@link #once}, or {@link #claim} first and {@link #store}
 * last. So every committed key has a response. The completion of a cart needs several transactions, with a payment in
 * between: its checkout attempt has the key.
 */
@ApplicationScoped
public class Idempotency {
    /**
     * Keys that a caller without an API key may have within {@link #RETENTION}. Concurrent requests can exceed it
     * slightly.
     */
    private static final int MAX_KEYS_PER_CALLER = 1_000;

    private static final Duration RETENTION = Duration.ofHours(24);
    private static final int MAX_CLAIM_ATTEMPTS = 3;
    private static final int PRUNE_BATCH = 10_000;

    private final Sql sql;

    Idempotency(Sql sql) {
        this.sql = sql;
    }

    /**
     * The outcome of a request that takes effect once.
     *
     * @param response the response to this request or to the first one with the same key
     * @param effect what the work returned; empty if the response is a replay
     */
    public record Outcome<T>(IdempotentResponse response, Optional<T> effect) {
        public boolean replayed() {
            return effect.isEmpty();
        }
    }

    /**
     * Does the work of the first request with this key and stores its response; later requests get the stored response.
     * If the work throws, the caller's transaction must roll back. Two statements besides those of the work.
     *
     * @param work the effect of the request
     * @param response the response to store for the effect
     * @throws ApiException as {@link #claim} does
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public <T> Outcome<T> once(IdempotencyKey key, Supplier<T> work, Function<T, IdempotentResponse> response) {
        Optional<IdempotentResponse> stored = claim(key);
        if (stored.isPresent()) {
            return new Outcome<>(stored.get(), Optional.empty());
        }
        T effect = work.get();
        IdempotentResponse first = response.apply(effect);
        store(key, first);
        return new Outcome<>(first, Optional.of(effect));
    }

    /**
     * Claims the key, or finds its stored response. Waits for a concurrent claim that has not committed yet, up to the
     * lock timeout of the primary.
     *
     * @return the stored response; empty if the caller must execute the request now
     * @throws ApiException 422 {@code idempotency_key_reused} if the content differs; 409 {@code request_in_flight} if
     *     the row that prevented the claim was deleted each time
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public Optional<IdempotentResponse> claim(IdempotencyKey key) {
        return claim(key, () -> insert(key), Idempotency::requestInFlight);
    }

    /**
     * As {@link #claim}, for callers without an API key, whose number of keys is limited.
     *
     * @throws ApiException also 429 {@code too_many_idempotency_keys}
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public Optional<IdempotentResponse> claimWithinLimit(IdempotencyKey key) {
        return claim(key, () -> insertWithinLimit(key, MAX_KEYS_PER_CALLER), Idempotency::tooManyKeys);
    }

    /**
     * Tries again if the key that prevented the insert is gone when it is selected, because it was deleted meanwhile.
     * Without a row, the effect would not be bound to the key.
     */
    private Optional<IdempotentResponse> claim(
            IdempotencyKey key, BooleanSupplier insert, Supplier<ApiException> notClaimed) {
        for (int attempt = 0; attempt < MAX_CLAIM_ATTEMPTS; attempt++) {
            if (insert.getAsBoolean()) {
                return Optional.empty();
            }
            Optional<StoredRow> row = lockRow(key);
            if (row.isPresent()) {
                key.request().requireSameContent(row.get().fingerprint());
                return Optional.of(row.get().toResponse());
            }
        }
        throw notClaimed.get();
    }

    private static ApiException requestInFlight() {
        return requestInFlight(Duration.ofSeconds(1));
    }

    /** A request with the same key has not ended yet. */
    public static ApiException requestInFlight(Duration retryAfter) {
        return new ApiException(
                409,
                "request_in_flight",
                "A request with this Idempotency-Key is still in progress; try again.",
                List.of(),
                Map.of(),
                retryAfter);
    }

    private static ApiException tooManyKeys() {
        return new ApiException(
                429,
                "too_many_idempotency_keys",
                ("The limit of %d different Idempotency-Keys in 24 hours is reached. Repeat earlier requests"
                                + " with their keys; send other requests without a key where none is required.")
                        .formatted(MAX_KEYS_PER_CALLER));
    }

    private record StoredRow(
            String fingerprint,
            int status,
            String body,
            @Nullable String etag,
            @Nullable String location) {
        IdempotentResponse toResponse() {
            return new IdempotentResponse(status, body, Optional.ofNullable(etag), Optional.ofNullable(location));
        }
    }

    private Optional<StoredRow> lockRow(IdempotencyKey key) {
        return sql.query("""
                        SELECT fingerprint, status, body, etag, location
                          FROM idempotency.request
                         WHERE principal = :principal AND route = :route AND key = :key
                           FOR UPDATE
                        """, StoredRow.class)
                .setParameter("principal", key.principal())
                .setParameter("route", key.route())
                .setParameter("key", key.key())
                .uniqueResultOptional();
    }

    private boolean insert(IdempotencyKey key) {
        return insertQuery(key, "").executeUpdate() == 1;
    }

    /** Counts at most up to the limit, with the index of the primary key. */
    private boolean insertWithinLimit(IdempotencyKey key, int limit) {
        return insertQuery(key, """
                                WHERE (SELECT count(*)
                                         FROM (SELECT FROM idempotency.request
                                                WHERE principal = :principal LIMIT :limit) kept)
                                      < :limit
                                """).setParameter("limit", limit).executeUpdate() == 1;
    }

    private SqlUpdate insertQuery(IdempotencyKey key, String condition) {
        return sql.update("""
                        INSERT INTO idempotency.request (principal, route, key, fingerprint)
                        SELECT :principal, :route, :key, :fingerprint
                        %s
                        ON CONFLICT DO NOTHING
                        """.formatted(condition))
                .setParameter("principal", key.principal())
                .setParameter("route", key.route())
                .setParameter("key", key.key())
                .setParameter("fingerprint", key.request().fingerprint());
    }

    /** Stores the response for 24 hours. Must be the last step of the transaction that contains the effect. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void store(IdempotencyKey key, IdempotentResponse response) {
        sql.update("""
                        UPDATE idempotency.request
                           SET status = :status, body = :body, etag = cast(:etag AS text),
                               location = cast(:location AS text)
                         WHERE principal = :principal AND route = :route AND key = :key
                        """)
                .setParameter("status", response.status())
                .setParameter("body", response.body())
                .setParameter("etag", response.etag().orElse(null))
                .setParameter("location", response.location().orElse(null))
                .setParameter("principal", key.principal())
                .setParameter("route", key.route())
                .setParameter("key", key.key())
                .executeUpdate();
    }

    /** Deletes keys that are older than 24 hours, at most 10,000 per call. */
    @Transactional
    int prune() {
        return sql.update("""
                        DELETE FROM idempotency.request
                         WHERE ctid IN (SELECT ctid FROM idempotency.request
                                         WHERE created_at < now() - make_interval(secs => :age)
                                         ORDER BY created_at LIMIT :batch FOR UPDATE SKIP LOCKED)
                        """)
                .setParameter("age", Seconds.of(RETENTION))
                .setParameter("batch", PRUNE_BATCH)
                .executeUpdate();
    }
}
