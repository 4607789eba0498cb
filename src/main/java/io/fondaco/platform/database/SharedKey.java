package io.fondaco.platform.database;

import io.fondaco.platform.identity.Hmac;
import io.fondaco.platform.topology.Node;
import io.fondaco.platform.topology.Topology;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A key that all pods share: configured, or else stored in the database since its first migration. */
public final class SharedKey {
    private static final Logger LOG = Logger.getLogger(SharedKey.class);
    private static final int MIN_LENGTH = 32;

    private final Topology topology;
    private final String table;
    private volatile @Nullable SecretKeySpec key;

    /**
     * @param property the setting of the configured key
     * @param table the table that stores the key otherwise, in the column {@code secret} of its single row
     * @throws IllegalArgumentException if the configured key has fewer than 32 characters
     */
    public SharedKey(Topology topology, String property, Optional<String> configured, String table) {
        this.topology = topology;
        this.table = table;
        configured.ifPresent(secret -> {
            if (secret.length() < MIN_LENGTH) {
                throw new IllegalArgumentException(
                        "%s must have at least %d characters".formatted(property, MIN_LENGTH));
            }
            key = Hmac.key(secret.getBytes(StandardCharsets.UTF_8));
        });
    }

    /** Returns the key; empty until it could be read from a server. */
    public Optional<SecretKeySpec> get() {
        SecretKeySpec known = key;
        if (known != null) {
            return Optional.of(known);
        }
        SecretKeySpec loaded = load();
        if (loaded != null) {
            key = loaded;
        }
        return Optional.ofNullable(loaded);
    }

    /** As {@link #get}, but never reads from the database. */
    public Optional<SecretKeySpec> getIfLoaded() {
        return Optional.ofNullable(key);
    }

    private @Nullable SecretKeySpec load() {
        for (Node node : Stream.concat(topology.rotation().stream(), topology.primary().stream())
                .toList()) {
            try (Connection connection = node.connection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT secret FROM " + table)) {
                if (row.next()) {
                    return Hmac.key(row.getBytes(1));
                }
            } catch (SQLException e) {
                LOG.warnf("Cannot read the key in %s from %s: %s", table, node, e.getMessage());
            }
        }
        return null;
    }
}
