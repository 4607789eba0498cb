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
class ApiKeys {
    static final String SECRET_PREFIX = "fk";
    static final String BOOTSTRAP = "bootstrap";

    private final Connections connections;
    private final AccessSettings settings;
    private final BootstrapKey bootstrapKey;
    private final KeyUses uses;
    private final Map<ByteBuffer, Found> cache = new ConcurrentHashMap<>();

    /** Grows with every change of a key. What was looked up under an earlier one may have been read before the change. */
    private final AtomicLong generation = new AtomicLong();

    ApiKeys(Connections connections, AccessSettings settings, BootstrapKey bootstrapKey, KeyUses uses) {
        this.connections = connections;
        this.settings = settings;
        this.bootstrapKey = bootstrapKey;
        this.uses = uses;
    }

    /** A valid key: what it is called in logs and histories, and what it may do. */
    record Holder(String principal, Set<String> scopes) {}

    private record Valid(UUID id, Holder holder, @Nullable Instant expiresAt) {
        boolean hasExpired() {
            return expiresAt != null && !expiresAt.isAfter(Instant.now());
        }
    }

    private record Found(Valid key, long generation, long foundAtNanos) {}

    /**
     * The holder of this key; empty when it is unknown, revoked or expired.
     *
     * @throws ApiException 401 {@code bootstrap_key_refused} for the bootstrap key while other keys have taken its
     * place
     */
    Optional<Holder> holder(String secret) throws SQLException {
        if (bootstrapKey.matches(secret)) {
            if (bootstrapKey.isRefused()) {
                throw new ApiException(
                        401,
                        "bootstrap_key_refused",
                        "The bootstrap key is refused while another key with keys:write is valid. Use that one. If it is lost,"
                                + " set fondaco.access.bootstrap-key-always=true and start the application again.");
            }
            return Optional.of(new Holder(BOOTSTRAP, Scopes.ALL));
        }
        Optional<Valid> valid = valid(Secret.hash(secret));
        valid.ifPresent(key -> uses.note(key.id()));
        return valid.map(Valid::holder);
    }

    /** Whether {@link #holder} finds the key valid without asking the database. */
    boolean isTrusted(String secret) {
        if (bootstrapKey.matches(secret)) {
            return bootstrapKey.isTrusted();
        }
        Found found = cache.get(ByteBuffer.wrap(Secret.hash(secret)));
        return found != null && isTrusted(found, generation.get());
    }

    /** Whether this pod has seen the key valid, perhaps too long ago to trust it now. */
    boolean isKnown(String secret) {
        return bootstrapKey.matches(secret) || cache.containsKey(ByteBuffer.wrap(Secret.hash(secret)));
    }

    private Optional<Valid> valid(byte[] hash) throws SQLException {
        ByteBuffer key = ByteBuffer.wrap(hash);
        long current = generation.get();
        Found found = cache.get(key);
        if (found != null && isTrusted(found, current)) {
            return Optional.of(found.key());
        }
        // The database compares by its own clock. A key ends when the first of the two clocks says so.
        Optional<Valid> valid = lookUp(hash).filter(it -> !it.hasExpired());
        valid.ifPresentOrElse(it -> remember(key, it, current), () -> cache.remove(key));
        return valid;
    }

    private boolean isTrusted(Found found, long current) {
        return found.generation() == current
                && System.nanoTime() - found.foundAtNanos()
                        < settings.keyCacheTtl().toNanos()
                && !found.key().hasExpired();
    }

    /** @param before the generation that was current before the key was looked up */
    private void remember(ByteBuffer key, Valid valid, long before) {
        if (cache.size() >= settings.keyCacheSize()) {
            cache.clear();
        }
        cache.put(key, new Found(valid, before, System.nanoTime()));
    }

    /**
     * Trusts nothing any more, after the transaction that changed a key through this pod has committed. A look-up under
     * way may have read the key before that: what it stores is of the earlier generation, and not trusted. The keys
     * stay known, so that their next look-ups do not count as those of strangers.
     */
    void forget() {
        generation.incrementAndGet();
        bootstrapKey.forget();
    }

    private Optional<Valid> lookUp(byte[] hash) throws SQLException {
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
                return Optional.of(
                        new Valid(id, new Holder(principal, scopes), expiresAt == null ? null : expiresAt.toInstant()));
            }
        }
    }
}
