package io.fondaco.platform.database;

import io.quarkus.hibernate.orm.PersistenceUnitExtension;
import io.quarkus.hibernate.orm.runtime.tenant.TenantConnectionResolver;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import org.hibernate.engine.jdbc.connections.spi.ConnectionProvider;

/**
 * Gives Hibernate the connections of a route. Hibernate requests the connection provider of a route once and keeps it;
 * the node is chosen per request.
 */
@PersistenceUnitExtension
@ApplicationScoped
class RoutingConnectionResolver implements TenantConnectionResolver {
    private final CurrentRoute current;
    private final Connections connections;
    private final ReadRouting reads;

    RoutingConnectionResolver(CurrentRoute current, Connections connections, ReadRouting reads) {
        this.current = current;
        this.connections = connections;
        this.reads = reads;
    }

    @Override
    public ConnectionProvider resolve(String tenant) {
        return tenant.equals(Route.PRIMARY.tenant())
                ? new RoutedConnectionProvider(this::connectToPrimary)
                : new RoutedConnectionProvider(() -> reads.connection(current));
    }

    private Connection connectToPrimary() throws SQLException {
        current.usePrimary();
        return connections.toPrimary();
    }

    private interface ConnectionSource {
        Connection get() throws SQLException;
    }

    private record RoutedConnectionProvider(ConnectionSource source) implements ConnectionProvider {
        @Override
        public Connection getConnection() throws SQLException {
            return source.get();
        }

        @Override
        public void closeConnection(Connection connection) throws SQLException {
            connection.close();
        }

        /** As Quarkus' own provider: within a transaction the pool returns the same connection again. */
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
