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
 * Ensures that this release does not run on a schema that is older than it needs. A newer schema is accepted: each
 * release keeps what the previous release uses, so that pods of both can run and the newer release can be rolled back.
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

    /** Records that the schemas are up to date, so that no further check is needed. */
    void markUpToDate() {
        upToDate = true;
    }

    /**
     * Checks the schemas if a primary is available. If not, the pod starts, and becomes ready after a later check.
     *
     * @throws IllegalStateException if the schemas are older than this release needs
     */
    void requireUpToDate() {
        if (topology.primary().isEmpty()) {
            return;
        }
        try {
            List<String> outdated = findOutdated();
            if (!outdated.isEmpty()) {
                throw new IllegalStateException(
                        ("The database schemas are older than this release needs (%s): run this release with"
                                        + " the argument migrate first")
                                .formatted(String.join(", ", outdated)));
            }
        } catch (SQLException e) {
            LOG.warnf("Cannot read the schema versions: %s", e.getMessage());
        }
    }

    /**
     * Returns the modules whose schema is older than this release needs. Reads from the database until there are none,
     * then never again.
     *
     * @throws SQLException while no server is available
     */
    List<String> findOutdated() throws SQLException {
        if (upToDate) {
            return List.of();
        }
        try (Connection connection = connections.toPrimaryOrReplica()) {
            List<String> outdated = SchemaVersions.outdated(connection, requiredVersions());
            upToDate = outdated.isEmpty();
            return outdated;
        } catch (SQLException e) {
            if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                if (logOnce.shouldLog(e)) {
                    LOG.warnf(
                            "The schema versions are not checked, because the database login may not read"
                                    + " the Flyway histories: %s",
                            e.getMessage());
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
