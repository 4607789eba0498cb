package io.fondaco.access;

import io.fondaco.platform.database.Connections;
import io.fondaco.platform.identity.Secret;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The bootstrap key creates the first keys. It has every scope, does not expire and cannot be revoked. So it must be as
 * hard to guess as other secrets, and it is refused while another key with {@code keys:write} is neither revoked nor
 * expired, unless {@code fondaco.access.bootstrap-key-always-accepted} is true. When the last such key ends, the
 * bootstrap key is accepted again, so that administrators are not locked out.
 *
 * <p>A pod trusts the result of its last lookup of other keys for {@code fondaco.access.key-cache-ttl}, and looks again
 * immediately after it has changed a key itself. So the refusal, and its end, take effect in every pod within that
 * time.
 *
 * <p>Outside the embedded cluster a warning at each start and the gauge {@code fondaco_access_bootstrap_key} show that
 * it is still configured.
 */
@ApplicationScoped
class BootstrapKey {
    static final int MIN_LENGTH = 32;
    private static final Logger LOG = Logger.getLogger(BootstrapKey.class);
    private static final String SELECT_OTHER_VALID_KEY = """
            SELECT EXISTS (SELECT FROM access.api_key
                            WHERE ? = ANY (scopes) AND revoked_at IS NULL
                              AND (expires_at IS NULL OR expires_at > now()))
            """;

    private final AccessSettings settings;

    /** Hash of the configured key; every admin API request is compared with it. */
    private final Optional<byte[]> hash;

    private final boolean embedded;
    private final Connections connections;
    private final MeterRegistry registry;

    /** Incremented with every change of a key through this pod: results of earlier lookups may be outdated. */
    private final AtomicLong cacheGeneration = new AtomicLong();

    private volatile @Nullable CachedDecision cachedDecision;

    BootstrapKey(
            AccessSettings settings,
            @ConfigProperty(name = "fondaco.database.embedded", defaultValue = "false") boolean embedded,
            Connections connections,
            MeterRegistry registry) {
        this.settings = settings;
        this.hash = settings.bootstrapKey().map(Secret::hash);
        this.embedded = embedded;
        this.connections = connections;
        this.registry = registry;
    }

    private record CachedDecision(boolean refused, long generation, long decidedAtNanos) {}

    void onStart(@Observes StartupEvent event) {
        boolean shown = settings.bootstrapKey().isPresent() && !embedded;
        Gauge.builder("fondaco.access.bootstrap.key", () -> shown ? 1 : 0)
                .description(
                        "1 if a bootstrap key is configured, which has every scope and does not expire; 0 if not, and"
                                + " with the embedded cluster")
                .register(registry);
        requireStrongKey(settings.bootstrapKey(), embedded);
        if (shown) {
            LOG.warn("A bootstrap key is configured: create keys with the scopes that each needs, then remove it");
        }
    }

    /**
     * @param embedded whether the database is the embedded cluster, whose key is public
     * @throws IllegalStateException if the key is too short
     */
    static void requireStrongKey(Optional<String> key, boolean embedded) {
        if (!embedded && key.filter(secret -> secret.length() < MIN_LENGTH).isPresent()) {
            throw new IllegalStateException(
                    "FONDACO_ACCESS_BOOTSTRAP_KEY has fewer than %d characters".formatted(MIN_LENGTH));
        }
    }

    boolean matches(String secret) {
        return hash.filter(known -> Secret.matches(secret, known)).isPresent();
    }

    /**
     * Whether the key is refused because another key with {@code keys:write} is valid. Usually no statement; one if the
     * last result is older than {@code fondaco.access.key-cache-ttl}.
     */
    boolean isRefused() throws SQLException {
        if (settings.bootstrapKeyAlwaysAccepted()) {
            return false;
        }
        long current = cacheGeneration.get();
        CachedDecision known = cachedDecision;
        if (known != null && isFresh(known)) {
            return known.refused();
        }
        long now = System.nanoTime();
        boolean refused = hasOtherValidKey();
        cachedDecision = new CachedDecision(refused, current, now);
        return refused;
    }

    /** Whether the key is accepted and {@link #isRefused} needs no query. */
    boolean isCachedValid() {
        CachedDecision known = cachedDecision;
        return settings.bootstrapKeyAlwaysAccepted() || (known != null && isFresh(known) && !known.refused());
    }

    private boolean isFresh(CachedDecision known) {
        return known.generation() == cacheGeneration.get()
                && System.nanoTime() - known.decidedAtNanos()
                        < settings.keyCacheTtl().toNanos();
    }

    /**
     * Invalidates the last result. Call it after the transaction that created or changed a key through this pod has
     * committed.
     */
    void invalidateCache() {
        cacheGeneration.incrementAndGet();
    }

    private boolean hasOtherValidKey() throws SQLException {
        try (Connection connection = connections.toPrimaryOrReplica();
                PreparedStatement select = connection.prepareStatement(SELECT_OTHER_VALID_KEY)) {
            select.setString(1, Scopes.KEYS_WRITE);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }
}
