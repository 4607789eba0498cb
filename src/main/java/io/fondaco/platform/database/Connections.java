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

/** Connections outside of any session, for what runs before a request has a route. */
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
     * A connection to the primary, in the caller's transaction if there is one; at once or not at all.
     *
     * @throws SQLException of class 08 when no primary answers
     */
    public Connection toPrimary() throws SQLException {
        // The pool would try for some seconds what cannot succeed.
        if (topology.primary().isEmpty()) {
            throw noPrimary();
        }
        Connection connection = traced.getConnection();
        if (topology.isConnectedToPrimary(connection)) {
            return slowStatements.wrap(connection);
        }
        // It was being made while another server became the primary, and slipped into the pool.
        connection.close();
        primary.flush(AgroalDataSource.FlushMode.ALL);
        throw noPrimary();
    }

    /**
     * A connection to read with that every replica may be late for: to the primary, or while there is none to a replica.
     *
     * @throws SQLException of class 08 when no server answers
     */
    public Connection toPrimaryOrReplica() throws SQLException {
        List<Node> replicas = topology.rotation();
        return topology.primary().isEmpty() && !replicas.isEmpty()
                ? replicas.getFirst().connection()
                : toPrimary();
    }

    private static SQLException noPrimary() {
        return new SQLTransientConnectionException("No primary answers just now", "08001");
    }
}
