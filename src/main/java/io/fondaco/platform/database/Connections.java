package io.fondaco.platform.database;

import io.agroal.api.AgroalDataSource;
import io.fondaco.platform.topology.Node;
import io.fondaco.platform.topology.SlowStatements;
import io.fondaco.platform.topology.Topology;
import io.fondaco.platform.tracing.TracedPool;
import io.fondaco.platform.tracing.Tracing;
import io.quarkus.agroal.DataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;

/** Connections outside of any session, for work that runs before a request has a route. */
@ApplicationScoped
public class Connections {
    private final AgroalDataSource primary;
    private final TracedPool traced;
    private final Topology topology;
    private final SlowStatements slowStatements;

    Connections(@DataSource("primary") AgroalDataSource primary, Topology topology, PrimaryPool pool, Tracing tracing) {
        this.primary = primary;
        this.traced = tracing.tracePool(primary);
        this.topology = topology;
        this.slowStatements = pool.slowStatements();
    }

    /**
     * Returns a connection to the primary, in the caller's transaction if there is one. Fails immediately if no primary
     * is known.
     *
     * @throws SQLException of class 08 if no primary is available
     */
    public Connection toPrimary() throws SQLException {
        // Without this check the pool would retry for some seconds, although no attempt can succeed.
        if (topology.primary().isEmpty()) {
            throw noPrimary();
        }
        Connection connection = traced.getConnection();
        if (topology.isConnectedToPrimary(connection)) {
            return slowStatements.wrap(connection);
        }
        // The connection was being opened while another server became the primary, and entered the pool after the
        // flush.
        connection.close();
        primary.flush(AgroalDataSource.FlushMode.ALL);
        throw noPrimary();
    }

    /**
     * Returns a connection for a read that accepts any replication lag: to the primary, or to a replica if there is no
     * primary.
     *
     * @throws SQLException of class 08 if no server is available
     */
    public Connection toPrimaryOrReplica() throws SQLException {
        List<Node> replicas = topology.rotation();
        return topology.primary().isEmpty() && !replicas.isEmpty()
                ? replicas.getFirst().connection()
                : toPrimary();
    }

    private static SQLException noPrimary() {
        return new SQLTransientConnectionException("No primary is available", "08001");
    }
}
