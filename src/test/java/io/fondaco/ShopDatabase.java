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

    /** What is done in a transaction. */
    public interface Work {
        void run() throws Exception;
    }

    /** From whatever thread, with a request context if there is none. */
    public static void inTransaction(Work work) {
        ManagedContext context = Arc.container().requestContext();
        boolean mine = !context.isActive();
        if (mine) {
            context.activate();
        }
        try {
            QuarkusTransaction.requiringNew().call(() -> {
                work.run();
                return true;
            });
        } finally {
            if (mine) {
                context.terminate();
            }
        }
    }
}
