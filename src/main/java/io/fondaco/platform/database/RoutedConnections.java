package io.fondaco.platform.database;

import io.agroal.api.AgroalDataSource;
import io.fondaco.platform.topology.Topology;
import io.quarkus.agroal.DataSource;
import io.quarkus.hibernate.orm.PersistenceUnitExtension;
import io.quarkus.hibernate.orm.runtime.tenant.TenantConnectionResolver;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.hibernate.engine.jdbc.connections.spi.ConnectionProvider;

/**
 * Gives Hibernate the connections of a route. Hibernate asks for the provider of a route once and keeps it; which server it
 * leads to is decided anew for each request.
 */
@PersistenceUnitExtension
@ApplicationScoped
class RoutedConnections implements TenantConnectionResolver {
    private final CurrentRoute current;
    private final Topology topology;
    private final ReadRouting reads;
    private final AgroalDataSource primary;

    RoutedConnections(
            CurrentRoute current,
            Topology topology,
            ReadRouting reads,
            @DataSource("primary") AgroalDataSource primary) {
        this.current = current;
        this.topology = topology;
        this.reads = reads;
        this.primary = primary;
    }

    @Override
    public ConnectionProvider resolve(String tenant) {
        return tenant.equals(Route.PRIMARY.tenant())
                ? new Provider(this::toPrimary)
                : new Provider(() -> reads.connection(current));
    }

    /** A connection that was being made while another server became the primary may have slipped into the pool. */
    private Connection toPrimary() throws SQLException {
        current.usePrimary();
        Connection connection = primary.getConnection();
        if (topology.leadsToPrimary(connection)) {
            return connection;
        }
        connection.close();
        primary.flush(AgroalDataSource.FlushMode.ALL);
        throw new SQLTransientConnectionException("No primary answers just now", "08001");
    }

    private interface Source {
        Connection get() throws SQLException;
    }

    private record Provider(Source source) implements ConnectionProvider {
        @Override
        public Connection getConnection() throws SQLException {
            return source.get();
        }

        @Override
        public void closeConnection(Connection connection) throws SQLException {
            connection.close();
        }

        /** As Quarkus' own provider: within a transaction the pool hands out the same connection again. */
        @Override
        public boolean supportsAggressiveRelease() {
            return true;
        }

        @Override
        public boolean isUnwrappableAs(Class<?> type) {
            return false;
        }

        @Override
        public <T> T unwrap(Class<T> type) {
            throw new UnsupportedOperationException();
        }
    }
}
