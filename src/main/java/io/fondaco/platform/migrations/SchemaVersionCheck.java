package io.fondaco.platform.migrations;

import io.fondaco.platform.LogOnce;
import io.fondaco.platform.database.Connections;
import io.fondaco.platform.topology.Topology;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that this release works on no schema that is older than it needs. A newer one is good: each release leaves to
 * the one before what that uses, so that pods of both can run, and the newer can be taken back.
 */
@ApplicationScoped
class SchemaVersionCheck {
    private static final Logger LOG = Logger.getLogger(SchemaVersionCheck.class);
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final Connections connections;
    private final Topology topology;
    private final LogOnce logOnce = new LogOnce();
    private volatile @Nullable Map<String, Integer> requiredVersions;
    private volatile boolean upToDate;

    SchemaVersionCheck(Connections connections, Topology topology) {
        this.connections = connections;
        this.topology = topology;
    }

    /** There is no more need to look. */
    void markUpToDate() {
        upToDate = true;
    }

    /**
     * Looks at the primary if it answers. While it does not, a pod starts, and becomes ready when it has been looked at.
     *
     * @throws IllegalStateException for schemas that are older than this release needs
     */
    void requireUpToDate() {
        if (topology.primary().isEmpty()) {
            return;
        }
        try {
            List<String> lacking = findOutdated();
            if (!lacking.isEmpty()) {
                throw new IllegalStateException(
                        "The database's schemas are older than this release needs (%s): run this release with the argument migrate first"
                                .formatted(String.join(", ", lacking)));
            }
        } catch (SQLException e) {
            LOG.warnf("How far the schemas are migrated could not be read: %s", e.getMessage());
        }
    }

    /**
     * What is older than this release needs; read from the database until there is nothing, then never again.
     *
     * @throws SQLException while no server says so
     */
    List<String> findOutdated() throws SQLException {
        if (upToDate) {
            return List.of();
        }
        try (Connection connection = connections.toPrimaryOrReplica()) {
            List<String> lacking = SchemaVersions.outdated(connection, requiredVersions());
            upToDate = lacking.isEmpty();
            return lacking;
        } catch (SQLException e) {
            if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                if (logOnce.shouldLog(e)) {
                    LOG.warnf("Nobody checks how far the schemas are migrated: %s", e.getMessage());
                }
                upToDate = true;
                return List.of();
            }
            throw e;
        }
    }

    private Map<String, Integer> requiredVersions() {
        Map<String, Integer> known = requiredVersions;
        if (known == null) {
            known = MigrationScripts.ofThisRelease().versions();
            requiredVersions = known;
        }
        return known;
    }
}
