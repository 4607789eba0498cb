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

/** The primary of the application under test: by SQL, and in transactions of the application itself. */
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
     * Number of statements run so far, by any client.
     *
     * @param pattern a regular expression that matches a part of the statement
     */
    public long countStatements(String pattern) throws SQLException {
        return Long.parseLong(query("""
                SELECT coalesce(sum(calls), 0) FROM pg_stat_statements
                 WHERE query ~ '%s' AND query !~ 'pg_stat_statements'
                """.formatted(pattern)));
    }

    /** Locks every stock level of a SKU, as another transaction would, until it is closed. */
    public LockedStockLevel lockStockLevel(String sku) throws SQLException {
        return new LockedStockLevel(primary.getConnection(), sku);
    }

    /**
     * Runs the work while the first writes to the table fail with this SQLSTATE. A sequence counts them, because a
     * rollback does not reset it.
     */
    public void withFailingWrites(String table, String condition, String state, int times, Runnable work)
            throws SQLException {
        execute("CREATE SCHEMA IF NOT EXISTS contention");
        execute("CREATE SEQUENCE contention.tries");
        execute("""
                CREATE FUNCTION contention.fail() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF nextval('contention.tries') <= %d THEN
                        RAISE EXCEPTION 'as a victim' USING ERRCODE = '%s';
                    END IF;
                    RETURN NEW;
                END $$""".formatted(times, state));
        execute(("CREATE TRIGGER contention BEFORE INSERT OR UPDATE ON %s FOR EACH ROW WHEN (%s) EXECUTE"
                        + " FUNCTION contention.fail()")
                .formatted(table, condition));
        try {
            work.run();
        } finally {
            execute("DROP TRIGGER contention ON " + table);
            execute("DROP SCHEMA contention CASCADE");
        }
    }

    /** Number of statements that wait for a locked stock level. */
    public int countWaitingForStockLevels() throws SQLException {
        return Integer.parseInt(query("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                + " AND query LIKE '%inventory.stock_level%'"));
    }

    /** Stock levels locked by a transaction. */
    public static final class LockedStockLevel implements AutoCloseable {
        private final Connection connection;

        private LockedStockLevel(Connection connection, String sku) throws SQLException {
            this.connection = connection;
            connection.setAutoCommit(false);
            lock("SELECT FROM inventory.stock_level WHERE sku = '%s' FOR UPDATE".formatted(sku));
        }

        /**
         * Also locks the levels of another SKU.
         *
         * @throws SQLException if another transaction has locked them
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

    /** The work of a transaction. */
    public interface TransactionBody {
        void run() throws Exception;
    }

    /** Runs in a transaction on any thread, with a new request context if there is none. */
    public static void inTransaction(TransactionBody body) {
        ManagedContext context = Arc.container().requestContext();
        boolean activated = !context.isActive();
        if (activated) {
            context.activate();
        }
        try {
            QuarkusTransaction.requiringNew().call(() -> {
                body.run();
                return true;
            });
        } finally {
            if (activated) {
                context.terminate();
            }
        }
    }
}
