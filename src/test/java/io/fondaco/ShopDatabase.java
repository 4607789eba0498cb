package io.fondaco;

import io.quarkus.agroal.DataSource;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ManagedContext;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The primary of the application under test, as it stands behind it: by SQL, and in transactions of the application's own. */
@ApplicationScoped
public class ShopDatabase {
    private final javax.sql.DataSource primary;

    ShopDatabase(@DataSource("primary") javax.sql.DataSource primary) {
        this.primary = primary;
    }

    public void execute(String sql) throws SQLException {
        try (Connection connection = primary.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row. */
    public String query(String sql) throws SQLException {
        try (Connection connection = primary.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /**
     * How many statements have been run so far, by whoever it was.
     *
     * @param text a regular expression that a part of them matches
     */
    public long countStatements(String text) throws SQLException {
        return Long.parseLong(query("""
                SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query ~ '%s' AND query !~ 'pg_stat_statements'
                """.formatted(text)));
    }

    /** Locks every level of a SKU, as another transaction would, until it is closed. */
    public LockedStockLevel lockStockLevel(String sku) throws SQLException {
        return new LockedStockLevel(primary.getConnection(), sku);
    }

    /** How many statements wait for a level that somebody else has locked. */
    public int countWaitingForStockLevels() throws SQLException {
        return Integer.parseInt(query("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                + " AND query LIKE '%inventory.stock_level%'"));
    }

    /** Levels that are locked. */
    public static final class LockedStockLevel implements AutoCloseable {
        private final Connection connection;

        private LockedStockLevel(Connection connection, String sku) throws SQLException {
            this.connection = connection;
            connection.setAutoCommit(false);
            lock("SELECT FROM inventory.stock_level WHERE sku = '%s' FOR UPDATE".formatted(sku));
        }

        /**
         * Locks those of another SKU too.
         *
         * @throws SQLException if somebody else has them
         */
        public void lockNowait(String sku) throws SQLException {
            lock("SELECT FROM inventory.stock_level WHERE sku = '%s' FOR UPDATE NOWAIT".formatted(sku));
        }

        private void lock(String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        @Override
        public void close() throws SQLException {
            connection.rollback();
            connection.setAutoCommit(true);
            connection.close();
        }
    }

    /** What is done in a transaction. */
    public interface TransactionBody {
        void run() throws Exception;
    }

    /** From whatever thread, with a request context if there is none. */
    public static void inTransaction(TransactionBody transactionBody) {
        ManagedContext context = Arc.container().requestContext();
        boolean mine = !context.isActive();
        if (mine) {
            context.activate();
        }
        try {
            QuarkusTransaction.requiringNew().call(() -> {
                transactionBody.run();
                return true;
            });
        } finally {
            if (mine) {
                context.terminate();
            }
        }
    }
}
