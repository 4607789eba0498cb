package io.fondaco.benchmark;

import io.fondaco.platform.embedded.EmbeddedCluster;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** The demo shop with more stock than any benchmark sells. */
final class BenchmarkShop {
    private BenchmarkShop() {}

    /** What all clients had the primary do. */
    record DatabaseWork(double statements, double commits) {
        DatabaseWork plus(DatabaseWork other) {
            return new DatabaseWork(statements + other.statements, commits + other.commits);
        }

        DatabaseWork since(DatabaseWork before) {
            return new DatabaseWork(statements - before.statements, commits - before.commits);
        }

        DatabaseWork per(double times) {
            return new DatabaseWork(statements / times, commits / times);
        }
    }

    /**
     * Disables the cache: these benchmarks measure the database work; {@link CachedBrowsingBenchmark} measures the
     * cache.
     */
    static Map<String, String> environment(EmbeddedCluster cluster) {
        return Map.of(
                "FONDACO_CACHE_ENABLED",
                "false",
                "HEAP",
                "1g",
                "FONDACO_DATABASE_PRIMARY_URL",
                cluster.primaryUrl(),
                "FONDACO_DATABASE_REPLICA_URLS",
                cluster.replicaUrl(),
                "FONDACO_DATABASE_USERNAME",
                cluster.username(),
                "FONDACO_DATABASE_PASSWORD",
                cluster.password(),
                "FONDACO_DATABASE_MIGRATE_AT_START",
                "true",
                "FONDACO_DEMO_SHOP",
                "true",
                "FONDACO_PAYMENT_TEST_ENABLED",
                "true",
                "FONDACO_ACCESS_BOOTSTRAP_KEY",
                PackagedApp.ADMIN_KEY);
    }

    static Connection connect(EmbeddedCluster cluster) throws SQLException {
        return DriverManager.getConnection(cluster.primaryUrl(), cluster.username(), cluster.password());
    }

    /**
     * Waits until the demo shop is imported, and raises its stock.
     *
     * @return the SKUs that can be bought, also stored in {@code public.benchmark_sku}
     */
    static List<String> awaitImportAndRestock(EmbeddedCluster cluster, ShopClient shop) throws SQLException {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> shop.get("/admin/v1/imports", PackagedApp.ADMIN_KEY)
                                .body()
                                .toString()
                                .split("\"status\":\"done\"")
                                .length
                        == 3);
        List<String> skus = new ArrayList<>();
        try (Connection connection = connect(cluster);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE inventory.stock_level SET on_hand = 100000000");
            statement.execute(
                    "CREATE TABLE public.benchmark_sku AS SELECT row_number() OVER (ORDER BY s.sku)::int AS n, s.sku"
                            + " FROM inventory.stock_level s JOIN catalog.variant v ON v.sku = s.sku"
                            + " JOIN catalog.product p ON p.id = v.product_id AND p.status = 'active'"
                            + " JOIN pricing.price x ON x.variant_id = v.id AND x.currency = 'EUR'");
            try (ResultSet rows = statement.executeQuery("SELECT sku FROM public.benchmark_sku ORDER BY n")) {
                while (rows.next()) {
                    skus.add(rows.getString(1));
                }
            }
        }
        return skus;
    }

    /** The work of the primary so far. */
    static DatabaseWork readDatabaseWork(EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = connect(cluster);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT (SELECT sum(calls) FROM pg_stat_statements
                                 WHERE toplevel AND query !~* '^(begin|commit|rollback)'),
                               (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database())
                        """)) {
            row.next();
            return new DatabaseWork(row.getDouble(1), row.getDouble(2));
        }
    }

    /** The sum of the series of a pod whose lines begin so. */
    static double metric(PackagedApp app, String prefix) {
        return app.get("/q/metrics")
                .lines()
                .filter(line -> line.startsWith(prefix))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
