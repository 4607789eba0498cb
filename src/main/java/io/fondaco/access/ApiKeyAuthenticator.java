package io.fondaco.access;

import io.fondaco.platform.database.Connections;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Looks keys up: on the primary, so that a new key works immediately, and on a replica only while there is no primary.
 * A key that was found is trusted for {@code fondaco.access.key-cache-ttl}, so that not every request asks the primary;
 * an unknown key is never remembered. Two bounds follow. A revoked key is refused immediately by the pod that revoked
 * it, and within that time by the others. An expired key is refused from its {@code expires_at} on by every pod,
 * because every request compares it with the clock.
 */
@ApplicationScoped
class ApiKeyAuthenticator {
    static final String SECRET_PREFIX = "fk";
    static final String BOOTSTRAP_PRINCIPAL = "bootstrap";

    private final Connections connections;
    private final AccessSettings settings;
    private final BootstrapKey bootstrapKey;
    private final ApiKeyLastUsedRecorder lastUsed;
    private final Map<ByteBuffer, CachedKey> cache = new ConcurrentHashMap<>();

    /** Grows with every change of a key. What was looked up under an earlier one may have been read before the change. */
    private final AtomicLong cacheGeneration = new AtomicLong();

    ApiKeyAuthenticator(
            Connections connections, AccessSettings settings, BootstrapKey bootstrapKey, ApiKeyLastUsedRecorder uses) {
        this.connections = connections;
        this.settings = settings;
        this.bootstrapKey = bootstrapKey;
        this.lastUsed = uses;
    }

    /** A valid key: what it is called in logs and histories, and what it may do. */
    record ApiKeyPrincipal(String name, Set<String> scopes) {}

    private record ValidKey(
            UUID id, ApiKeyPrincipal principal, @Nullable Instant expiresAt) {
        boolean hasExpired() {
            return expiresAt != null && !expiresAt.isAfter(Instant.now());
        }
    }

    private record CachedKey(ValidKey key, long generation, long cachedAtNanos) {}

    /**
     * The holder of this key; empty when it is unknown, revoked or expired.
     *
     * @throws ApiException 401 {@code bootstrap_key_refused} for the bootstrap key while other keys have taken its
     * place
     */
    Optional<ApiKeyPrincipal> authenticate(String secret) throws SQLException {
        if (bootstrapKey.matches(secret)) {
            if (bootstrapKey.isRefused()) {
                throw new ApiException(
                        401,
                        "bootstrap_key_refused",
                        "The bootstrap key is refused while another key with keys:write is valid. Use that one. If it is lost,"
                                + " set fondaco.access.bootstrap-key-always=true and start the application again.");
            }
            return Optional.of(new ApiKeyPrincipal(BOOTSTRAP_PRINCIPAL, Scopes.ALL));
        }
        Optional<ValidKey> valid = findValid(Secret.hash(secret));
        valid.ifPresent(key -> lastUsed.recordUse(key.id()));
        return valid.map(ValidKey::principal);
    }

    /** Whether {@link #authenticate} finds the key valid without asking the database. */
    boolean isCachedValid(String secret) {
        if (bootstrapKey.matches(secret)) {
            return bootstrapKey.isCachedValid();
        }
        CachedKey cachedKey = cache.get(ByteBuffer.wrap(Secret.hash(secret)));
        return cachedKey != null && isCachedValid(cachedKey, cacheGeneration.get());
    }

    /** Whether this pod has seen the key valid, perhaps too long ago to trust it now. */
    boolean isCached(String secret) {
        return bootstrapKey.matches(secret) || cache.containsKey(ByteBuffer.wrap(Secret.hash(secret)));
    }

    private Optional<ValidKey> findValid(byte[] hash) throws SQLException {
        ByteBuffer key = ByteBuffer.wrap(hash);
        long current = cacheGeneration.get();
        CachedKey cachedKey = cache.get(key);
        if (cachedKey != null && isCachedValid(cachedKey, current)) {
            return Optional.of(cachedKey.key());
        }
        // The database compares by its own clock. A key ends when the first of the two clocks says so.
        Optional<ValidKey> valid = loadValid(hash).filter(it -> !it.hasExpired());
        valid.ifPresentOrElse(it -> putInCache(key, it, current), () -> cache.remove(key));
        return valid;
    }

    private boolean isCachedValid(CachedKey cachedKey, long current) {
        return cachedKey.generation() == current
                && System.nanoTime() - cachedKey.cachedAtNanos()
                        < settings.keyCacheTtl().toNanos()
                && !cachedKey.key().hasExpired();
    }

    /** @param before the generation that was current before the key was looked up */
    private void putInCache(ByteBuffer key, ValidKey validKey, long before) {
        if (cache.size() >= settings.keyCacheSize()) {
            cache.clear();
        }
        cache.put(key, new CachedKey(validKey, before, System.nanoTime()));
    }

    /**
     * Trusts nothing any more, after the transaction that changed a key through this pod has committed. A look-up under
     * way may have read the key before that: what it stores is of the earlier generation, and not trusted. The keys
     * stay known, so that their next look-ups do not count as those of strangers.
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
