package io.fondaco.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fondaco.InstalledPrograms;
import io.fondaco.platform.embedded.EmbeddedCluster;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntFunction;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures the cost of contention for one SKU: completions per second of carts with one line each, of many SKUs and of
 * a single one, compared with pgbench running the same statements in one transaction, alternating within one run; the
 * latency at half load; and the statements and commits per completion. {@code ./mvnw verify -Pbenchmark
 * -Dit.test=HotSkuBenchmark}
 */
class HotSkuBenchmark {
    private static final Logger LOG = Logger.getLogger(HotSkuBenchmark.class);
    private static final int SECONDS = Integer.getInteger("benchmark.seconds", 20);
    private static final int CLIENTS = Integer.getInteger("benchmark.clients", 16);
    private static final int ROUNDS = 3;
    private static final int WARM_UP_FACTOR = 4;
    private static final int MAX_CARTS_PER_SECOND = 1_000;
    private static final int MAX_PGBENCH_PER_SECOND = 3_000;

    @TempDir
    private Path data;

    private EmbeddedCluster cluster;
    private PackagedApp app;
    private List<String> skus;

    /** The SKUs in the carts. */
    private enum SkuDistribution {
        UNIFORM,
        HOT
    }

    @Test
    void hotSkuComparedWithManySkusAndWithPgbench() throws Exception {
        assumeTrue(
                InstalledPrograms.isOnPath("wrk") && InstalledPrograms.isOnPath("pgbench"),
                "install wrk and pgbench (Debian: wrk, postgresql-contrib)");
        try (EmbeddedCluster started = EmbeddedCluster.start(data.resolve("postgres"));
                PackagedApp shop = PackagedApp.start("benchmark-selling", BenchmarkShop.environment(started));
                ShopClient client = new ShopClient(shop.base(), PackagedApp.ADMIN_KEY)) {
            cluster = started;
            app = shop;
            skus = BenchmarkShop.awaitImportAndRestock(cluster, client);
            for (SkuDistribution skuDistribution : SkuDistribution.values()) {
                complete(
                        prepareCarts(skuDistribution, WARM_UP_FACTOR * SECONDS * MAX_CARTS_PER_SECOND),
                        WARM_UP_FACTOR * SECONDS,
                        0);
            }
            Map<SkuDistribution, Double> completed = new EnumMap<>(SkuDistribution.class);
            Map<SkuDistribution, Double> database = new EnumMap<>(SkuDistribution.class);
            for (int round = 0; round < ROUNDS; round++) {
                for (SkuDistribution skuDistribution : SkuDistribution.values()) {
                    Path carts = prepareCarts(skuDistribution, SECONDS * MAX_CARTS_PER_SECOND);
                    completed.merge(skuDistribution, complete(carts, SECONDS, 0).perSecond() / ROUNDS, Double::sum);
                    prepareCarts(skuDistribution, SECONDS * MAX_PGBENCH_PER_SECOND);
                    database.merge(skuDistribution, pgbench() / ROUNDS, Double::sum);
                }
            }
            assertPgbenchSold();
            LOG.info(System.lineSeparator() + report(completed, database));
            assertThat(completed.values()).allMatch(rate -> rate > 0);
        }
    }

    private String report(Map<SkuDistribution, Double> completed, Map<SkuDistribution, Double> database)
            throws Exception {
        StringBuilder report = new StringBuilder("%d clients, %d rounds of %d s%n".formatted(CLIENTS, ROUNDS, SECONDS));
        for (SkuDistribution skuDistribution : SkuDistribution.values()) {
            double rate = completed.get(skuDistribution);
            report.append("  %-8s %8.1f completions/s, pgbench %8.1f/s: %5.2f%n"
                    .formatted(
                            skuDistribution,
                            rate,
                            database.get(skuDistribution),
                            rate / database.get(skuDistribution)));
            Path carts = prepareCarts(skuDistribution, SECONDS * MAX_CARTS_PER_SECOND);
            BenchmarkShop.DatabaseWork before = BenchmarkShop.readDatabaseWork(cluster);
            LoadGenerators.LoadResult halfLoad = complete(carts, SECONDS, rate / 2);
            BenchmarkShop.DatabaseWork perCompletion =
                    BenchmarkShop.readDatabaseWork(cluster).since(before).per(halfLoad.perSecond() * SECONDS);
            report.append(("  %-8s at %.1f/s p99 %.1f ms; %.1f statements and %.2f commits each, all of the pod's"
                            + " work included%n")
                    .formatted(
                            skuDistribution,
                            halfLoad.perSecond(),
                            halfLoad.p99Millis(),
                            perCompletion.statements(),
                            perCompletion.commits()));
        }
        report.append("  one SKU / many SKUs %5.2f%n"
                .formatted(completed.get(SkuDistribution.HOT) / completed.get(SkuDistribution.UNIFORM)));
        return report.toString();
    }

    /** @param rate approximate completions per second; 0 for no limit */
    private LoadGenerators.LoadResult complete(Path carts, int seconds, double rate) throws Exception {
        double thinkMillis = rate > 0 ? 1_000 * CLIENTS / rate : 0;
        return LoadGenerators.wrk(
                app,
                "",
                CLIENTS,
                seconds,
                List.of(
                        "-s",
                        Path.of("src", "test", "benchmark", "complete.lua").toString()),
                List.of(carts.toString(), Double.toString(thinkMillis)));
    }

    private double pgbench() throws Exception {
        return LoadGenerators.pgbench(
                cluster, "complete.pgbench.sql", CLIENTS, SECONDS, Map.of("next", 0, "clients", CLIENTS));
    }

    /** Checks that pgbench's statements found their rows; a statement that finds none would be too cheap. */
    private void assertPgbenchSold() throws SQLException {
        try (Connection connection = BenchmarkShop.connect(cluster);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT (SELECT count(*) FROM "order".history WHERE request_id = 'request'),
                               (SELECT count(*) FROM inventory.movement WHERE request_id = 'request' AND kind = 'sold'),
                               (SELECT count(*) FROM payment.payment WHERE provider = 'bench' AND state = 'captured'),
                               (SELECT count(*) FROM checkout.attempt c JOIN payment.payment p ON p.id = c.payment_id
                                 WHERE p.provider = 'bench' AND c.state = 'placed')
                        """)) {
            row.next();
            assertThat(List.of(row.getLong(2), row.getLong(3), row.getLong(4)))
                    .containsOnly(row.getLong(1))
                    .doesNotContain(0L);
        }
    }

    /**
     * Creates carts that are ready to complete, also stored in {@code public.benchmark_cart} by number.
     *
     * @return the file that wrk reads
     */
    private Path prepareCarts(SkuDistribution skuDistribution, int count) throws SQLException, IOException {
        IntFunction<String> skuOf =
                skuDistribution == SkuDistribution.HOT ? _ -> skus.getFirst() : n -> skus.get(n % skus.size());
        List<String> lines = new ArrayList<>(count);
        try (Connection connection = BenchmarkShop.connect(cluster);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("DROP TABLE IF EXISTS public.benchmark_cart");
            statement.execute(
                    "CREATE TABLE public.benchmark_cart (n int PRIMARY KEY, id uuid, token_hash bytea, sku text)");
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO public.benchmark_cart VALUES (?, ?, ?, ?)")) {
                for (int n = 0; n < count; n++) {
                    UUID id = TypeId.newUuid();
                    String token = Secret.generate("cart");
                    lines.add(TypeId.format("cart", id) + " " + token);
                    insert.setInt(1, n);
                    insert.setObject(2, id);
                    insert.setBytes(3, Secret.hash(token));
                    insert.setString(4, skuOf.apply(n));
                    insert.addBatch();
                    if (n % 1_000 == 999) {
                        insert.executeBatch();
                    }
                }
                insert.executeBatch();
            }
            statement.execute("""
                    INSERT INTO cart.cart (id, token_hash, currency, email, shipping_method, lines)
                    SELECT b.id, b.token_hash, 'EUR', b.id || '@example.com', 'pickup',
                           jsonb_build_array(jsonb_build_object(
                               'id', gen_random_uuid(), 'variant_id', v.id, 'sku', b.sku, 'quantity', 1))
                      FROM public.benchmark_cart b JOIN catalog.variant v ON v.sku = b.sku
                    """);
            connection.commit();
            connection.setAutoCommit(true);
            statement.execute("ANALYZE public.benchmark_cart, cart.cart");
        }
        return Files.write(data.resolve("carts"), lines);
    }
}
