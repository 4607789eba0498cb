package io.fondaco.platform.database;

import io.fondaco.platform.topology.DatabaseSettings;
import io.fondaco.platform.topology.Node;
import io.fondaco.platform.topology.Topology;
import jakarta.enterprise.context.ApplicationScoped;
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

/** The key that all pods sign tokens with: configured, or else the one that the database has held since its first migration. */
@ApplicationScoped
class TokenKey {
    private static final Logger LOG = Logger.getLogger(TokenKey.class);
    private static final int SHORTEST = 32;

    private final Topology topology;
    private volatile @Nullable SecretKeySpec key;

    TokenKey(Topology topology, DatabaseSettings settings) {
        this.topology = topology;
        settings.consistencySecret().ifPresent(secret -> {
            if (secret.length() < SHORTEST) {
                throw new IllegalArgumentException(
                        "fondaco.database.consistency-secret needs at least %d characters".formatted(SHORTEST));
            }
            key = ConsistencyToken.key(secret.getBytes(StandardCharsets.UTF_8));
        });
    }

    /** Empty while no server has been there to read it from. */
    Optional<SecretKeySpec> get() {
        SecretKeySpec known = key;
        if (known == null) {
            known = load();
            key = known;
        }
        return Optional.ofNullable(known);
    }

    /** As {@link #get}, without reading it from anywhere. */
    Optional<SecretKeySpec> known() {
        return Optional.ofNullable(key);
    }

    private @Nullable SecretKeySpec load() {
        for (Node node : Stream.concat(topology.rotation().stream(), topology.primary().stream())
                .toList()) {
            try (Connection connection = node.connection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT secret FROM database.token_key")) {
                if (row.next()) {
                    return ConsistencyToken.key(row.getBytes(1));
                }
            } catch (SQLException e) {
                LOG.warnf("The key of the consistency tokens cannot be read from %s: %s", node, e.getMessage());
            }
        }
        return null;
    }
}
