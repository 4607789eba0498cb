package io.fondaco.access;

import io.fondaco.platform.database.Connections;
import io.fondaco.platform.identity.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks keys up. On the primary, so that a new key works at once, and on a replica only while there is no primary; what was found is trusted for some seconds, so
 * that the primary is not asked for every request. A key that is unknown is never remembered.
 */
@ApplicationScoped
class ApiKeys {
    static final String SECRET_PREFIX = "fk";
    private static final String BOOTSTRAP = "bootstrap";

    private final Connections connections;
    private final AccessSettings settings;
    private final Map<ByteBuffer, Found> cache = new ConcurrentHashMap<>();

    ApiKeys(Connections connections, AccessSettings settings) {
        this.connections = connections;
        this.settings = settings;
    }

    /** A valid key: what it is called in logs and histories, and what it may do. */
    record Holder(String principal, Set<String> scopes) {}

    private record Found(Holder holder, long foundAtNanos) {}

    /** Who holds this key; empty when it is unknown, revoked or expired. */
    Optional<Holder> holder(String secret) throws SQLException {
        byte[] hash = Secret.hash(secret);
        boolean bootstrap = settings.bootstrapKey()
                .filter(key -> Secret.matches(secret, Secret.hash(key)))
                .isPresent();
        if (bootstrap) {
            return Optional.of(new Holder(BOOTSTRAP, Scopes.ALL));
        }
        ByteBuffer key = ByteBuffer.wrap(hash);
        Found found = cache.get(key);
        if (found != null
                && System.nanoTime() - found.foundAtNanos()
                        < settings.keyCacheTtl().toNanos()) {
            return Optional.of(found.holder());
        }
        Optional<Holder> holder = lookUp(hash);
        holder.ifPresentOrElse(valid -> remember(key, valid), () -> cache.remove(key));
        return holder;
    }

    private void remember(ByteBuffer key, Holder holder) {
        if (cache.size() >= settings.keyCacheSize()) {
            cache.clear();
        }
        cache.put(key, new Found(holder, System.nanoTime()));
    }

    /** Forgets everything: a key was changed through this pod. */
    void forget() {
        cache.clear();
    }

    private Optional<Holder> lookUp(byte[] hash) throws SQLException {
        try (Connection connection = connections.toPrimaryOrReplica();
                PreparedStatement select = connection.prepareStatement("""
                        SELECT id, scopes FROM access.api_key
                         WHERE hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
                        """)) {
            select.setBytes(1, hash);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                String principal = new ApiKeyId(rows.getObject("id", UUID.class)).toString();
                return Optional.of(new Holder(principal, Set.copyOf(Arrays.asList((String[])
                        rows.getArray("scopes").getArray()))));
            }
        }
    }
}
