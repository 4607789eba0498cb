package io.fondaco.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fondaco.platform.database.Connections;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Looks up API keys: on the primary, so that a new key is valid immediately, and on a replica only while there is no
 * primary. A key that was found is trusted for {@code fondaco.access.key-cache-ttl}, so that not every request queries
 * the primary; an unknown key is never cached. Two bounds follow. A revoked key is refused immediately by the pod that
 * revoked it, and within that time by the others. An expired key is refused from its {@code expires_at} on by every
 * pod, because every request compares it with the clock.
 */
@ApplicationScoped
class ApiKeyAuthenticator {
    static final String SECRET_PREFIX = "fk";
    static final String BOOTSTRAP_PRINCIPAL = "bootstrap";
    private static final Duration UNUSED_KEY_RETENTION = Duration.ofDays(1);

    /** Keys that a pod caches; beyond it, the least used are forgotten. */
    static final int MAX_CACHED_KEYS = 1_000;

    private final Connections connections;
    private final AccessSettings settings;
    private final BootstrapKey bootstrapKey;
    private final ApiKeyLastUsedRecorder lastUsed;

    /** Keys that this pod has seen valid. They stay known for longer than they are trusted. */
    private final Cache<ByteBuffer, CachedKey> cache;

    /**
     * Incremented with every change of a key. A result that was looked up under an earlier generation may have been
     * read before the change.
     */
    private final AtomicLong cacheGeneration = new AtomicLong();

    ApiKeyAuthenticator(
            Connections connections,
            AccessSettings settings,
            BootstrapKey bootstrapKey,
            ApiKeyLastUsedRecorder lastUsed) {
        this.connections = connections;
        this.settings = settings;
        this.bootstrapKey = bootstrapKey;
        this.lastUsed = lastUsed;
        this.cache = Caffeine.newBuilder()
                .maximumSize(MAX_CACHED_KEYS)
                .expireAfterAccess(UNUSED_KEY_RETENTION)
                .build();
    }

    /** The identity of a valid key: its name in logs and histories, and its scopes. */
    record ApiKeyPrincipal(String name, Set<String> scopes) {}

    private record ValidKey(
            UUID id, ApiKeyPrincipal principal, @Nullable Instant expiresAt) {
        boolean hasExpired() {
            return expiresAt != null && !expiresAt.isAfter(Instant.now());
        }
    }

    private record CachedKey(ValidKey key, long generation, long cachedAtNanos) {}

    /**
     * The principal of this key; empty if it is unknown, revoked or expired.
     *
     * @throws ApiException 401 {@code bootstrap_key_refused} for the bootstrap key while another key with
     *     {@code keys:write} is valid
     */
    Optional<ApiKeyPrincipal> authenticate(String secret) throws SQLException {
        if (bootstrapKey.matches(secret)) {
            if (bootstrapKey.isRefused()) {
                throw new ApiException(
                        401,
                        "bootstrap_key_refused",
                        "The bootstrap key is refused while another key with keys:write is valid. Use that"
                                + " key. If it is lost, set fondaco.access.bootstrap-key-always-accepted=true and"
                                + " restart the application.");
            }
            return Optional.of(new ApiKeyPrincipal(BOOTSTRAP_PRINCIPAL, Scopes.ALL));
        }
        Optional<ValidKey> valid = findValid(Secret.hash(secret));
        valid.ifPresent(key -> lastUsed.recordUse(key.id()));
        return valid.map(ValidKey::principal);
    }

    /** Whether {@link #authenticate} accepts the key without a query. */
    boolean isCachedValid(String secret) {
        if (bootstrapKey.matches(secret)) {
            return bootstrapKey.isCachedValid();
        }
        CachedKey cachedKey = cache.getIfPresent(ByteBuffer.wrap(Secret.hash(secret)));
        return cachedKey != null && isCachedValid(cachedKey, cacheGeneration.get());
    }

    /** Whether this pod has seen the key valid, even if its cache entry has expired. */
    boolean isCached(String secret) {
        return bootstrapKey.matches(secret) || cache.asMap().containsKey(ByteBuffer.wrap(Secret.hash(secret)));
    }

    private Optional<ValidKey> findValid(byte[] hash) throws SQLException {
        ByteBuffer key = ByteBuffer.wrap(hash);
        long current = cacheGeneration.get();
        CachedKey cachedKey = cache.getIfPresent(key);
        if (cachedKey != null && isCachedValid(cachedKey, current)) {
            return Optional.of(cachedKey.key());
        }
        // The database compares with its own clock. A key expires when the first of the two clocks reaches its expiry.
        Optional<ValidKey> valid = loadValid(hash).filter(validKey -> !validKey.hasExpired());
        // The key was read under the generation from before the lookup, so it is stored under that one.
        valid.ifPresentOrElse(
                validKey -> cache.put(key, new CachedKey(validKey, current, System.nanoTime())),
                () -> cache.invalidate(key));
        return valid;
    }

    private boolean isCachedValid(CachedKey cachedKey, long current) {
        return cachedKey.generation() == current
                && System.nanoTime() - cachedKey.cachedAtNanos()
                        < settings.keyCacheTtl().toNanos()
                && !cachedKey.key().hasExpired();
    }

    /**
     * Invalidates all cached keys, after the transaction that changed a key through this pod has committed. A
     * concurrent lookup may have read the key before the commit: it stores its result under the earlier generation,
     * which is not trusted. The keys stay known, so that their next lookups do not count as lookups of unknown keys.
     */
    void invalidateCache() {
        cacheGeneration.incrementAndGet();
        bootstrapKey.invalidateCache();
    }

    private Optional<ValidKey> loadValid(byte[] hash) throws SQLException {
        try (Connection connection = connections.toPrimaryOrReplica();
                PreparedStatement select = connection.prepareStatement("""
                        SELECT id, scopes, expires_at FROM access.api_key
                         WHERE hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
                        """)) {
            select.setBytes(1, hash);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                UUID id = rows.getObject("id", UUID.class);
                String principal = new ApiKeyId(id).toString();
                Set<String> scopes = Set.copyOf(
                        Arrays.asList((String[]) rows.getArray("scopes").getArray()));
                OffsetDateTime expiresAt = rows.getObject("expires_at", OffsetDateTime.class);
                return Optional.of(new ValidKey(
                        id, new ApiKeyPrincipal(principal, scopes), expiresAt == null ? null : expiresAt.toInstant()));
            }
        }
    }
}
