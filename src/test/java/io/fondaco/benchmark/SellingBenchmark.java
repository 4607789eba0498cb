package io.fondaco.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fondaco.platform.embedded.EmbeddedCluster;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Completions of carts of one line that are ready: of many SKUs, of one that everybody wants, and beside both the same statements
 * in one transaction without an application (pgbench), in turns within one run. Reports; judges nothing. {@code ./mvnw verify
 * -Pbenchmark -Dit.test=SellingBenchmark}
 */
class SellingBenchmark {
    private static final Logger LOG = Logger.getLogger(SellingBenchmark.class);
    private static final int SECONDS = Integer.getInteger("benchmark.seconds", 15);
    private static final int CLIENTS = Integer.getInteger("benchmark.clients", 16);
    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 3);
    private static final int MOST_PER_SECOND = 600;
    private static final int WARM = 4;
    private static final Path SCRIPTS = Path.of("src", "test", "benchmark");

    @TempDir
    private Path data;

    private EmbeddedCluster cluster;
    private PackagedApp app;
    private String template;

    @Test
    void sellingOneSkuBesideManyAndBesideTheDatabaseAlone() throws Exception {
        assumeTrue(
                Programs.onPath("wrk") && Programs.onPath("pgbench"),
                "install wrk and pgbench (Debian: wrk, postgresql-contrib)");
        try (EmbeddedCluster started = EmbeddedCluster.start(data.resolve("postgres"));
                PackagedApp shop = PackagedApp.start("benchmark-selling", DemoShop.environment(started));
                ShopClient client = new ShopClient(shop.base(), PackagedApp.ADMIN_KEY)) {
            cluster = started;
            app = shop;
            List<String> skus = DemoShop.stock(cluster, client);
            template = template(client, skus.getFirst());
            complete(skus, WARM * SECONDS, 0);
            complete(skus.subList(0, 1), SECONDS, 0);
            Map<String, Double> rates = new LinkedHashMap<>();
            for (int round = 0; round < ROUNDS; round++) {
                rates.merge("many", complete(skus, SECONDS, 0).perSecond() / ROUNDS, Double::sum);
                rates.merge("one", complete(skus.subList(0, 1), SECONDS, 0).perSecond() / ROUNDS, Double::sum);
                rates.merge("pgbench many", pgbench(skus.size()) / ROUNDS, Double::sum);
                rates.merge("pgbench one", pgbench(1) / ROUNDS, Double::sum);
            }
            StringBuilder report =
                    new StringBuilder("%d clients, %d rounds of %d s%n".formatted(CLIENTS, ROUNDS, SECONDS));
            rates.forEach((what, rate) -> report.append("  %-14s %8.1f /s%n".formatted(what, rate)));
            report.append("  many beside pgbench %.2f, one beside many %.2f, one beside pgbench on one %.2f%n"
                    .formatted(
                            rates.get("many") / rates.get("pgbench many"),
                            rates.get("one") / rates.get("many"),
                            rates.get("one") / rates.get("pgbench one")));
            for (List<String> sold : List.of(skus, skus.subList(0, 1))) {
                double half = rates.get(sold.size() == 1 ? "one" : "many") / 2;
                Programs.Rate calm = complete(sold, SECONDS, Math.round(1_000 * CLIENTS / half));
                report.append("  %d SKUs at %.1f/s: p99 %.1f ms%n"
                        .formatted(sold.size(), calm.perSecond(), calm.p99Millis()));
            }
            report.append(statements(skus));
            LOG.info(System.lineSeparator() + report);
            assertThat(rates.values()).allMatch(rate -> rate > 0);
        }
    }

    private static String template(ShopClient client, String sku) {
        ShopClient.Basket basket =
                client.openCart("EUR", "template@example.com", List.of(Map.of("sku", sku, "quantity", 1)));
        client.choose(basket, Map.of("shipping_method", "pickup"));
        return basket.path().substring(basket.path().lastIndexOf('/') + 1);
    }

    /**
     * Completes as many carts as it can.
     *
     * @param pauseMillis of each client after each answer
     */
    private Programs.Rate complete(List<String> skus, int seconds, long pauseMillis) throws Exception {
        Path carts = carts(skus, (seconds + 2) * MOST_PER_SECOND);
        long before = orders();
        Programs.Rate rate = Programs.wrk(
                app,
                "/",
                CLIENTS,
                seconds,
                List.of("-s", SCRIPTS.resolve("complete.lua").toString()),
                List.of(carts.toString(), Long.toString(pauseMillis)));
        assertThat(orders() - before)
                .as("every answer is an order")
                .isBetween(
                        (long) (rate.perSecond() * seconds * 0.95),
                        (long) (rate.perSecond() * seconds * 1.05) + 2 * CLIENTS);
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> number("SELECT (SELECT count(*) FROM messaging.outbox)"
                                + " - (SELECT count(*) FROM messaging.inbox WHERE listener = 'webhook')")
                        <= 0);
        return rate;
    }

    /** Copies of the template, each of one SKU. @return a file with their paths and tokens */
    private Path carts(List<String> skus, int count) throws SQLException, IOException {
        String run = UUID.randomUUID().toString();
        List<String> lines = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    CREATE TEMPORARY TABLE made AS
                    SELECT n, gen_random_uuid() AS id, 'cart_' || n || '-%1$s' AS token FROM generate_series(0, %2$d) AS n;
                    INSERT INTO cart.cart (id, token_hash, currency, email, shipping_method)
                    SELECT m.id, sha256(convert_to(m.token, 'UTF8')), c.currency, 'buyer-' || m.id || '@example.com', c.shipping_method
                      FROM made m, cart.cart c WHERE c.email = 'template@example.com';
                    INSERT INTO cart.line (id, cart_id, sku, variant_id, quantity, position)
                    SELECT gen_random_uuid(), m.id, v.sku, v.id, 1, 0
                      FROM made m JOIN public.benchmark_sku b ON b.n = 1 + m.n %% %3$d JOIN catalog.variant v ON v.sku = b.sku;
                    ANALYZE cart.cart;
                    """.formatted(run, count, skus.size()));
            try (ResultSet rows = statement.executeQuery("SELECT id, token FROM made ORDER BY n")) {
                while (rows.next()) {
                    lines.add("/store/v1/carts/" + TypeId.format("cart", rows.getObject(1, UUID.class)) + " "
                            + rows.getString(2));
                }
            }
        }
        return Files.write(data.resolve(run), lines);
    }

    private double pgbench(int skus) throws Exception {
        Matcher url = Pattern.compile("//([^:]+):([0-9]+)/(\\w+)").matcher(cluster.primaryUrl());
        assertThat(url.find()).isTrue();
        carts(List.of(template), SECONDS * MOST_PER_SECOND);
        String output = Programs.run(
                Map.of("PGPASSWORD", cluster.password()),
                Duration.ofSeconds(SECONDS + 30L),
                List.of(
                        "pgbench",
                        "-n",
                        "-M",
                        "prepared",
                        "-h",
                        url.group(1),
                        "-p",
                        url.group(2),
                        "-U",
                        cluster.username(),
                        "-c",
                        Integer.toString(CLIENTS),
                        "-j",
                        "2",
                        "-T",
                        Integer.toString(SECONDS),
                        "-D",
                        "skus=" + skus,
                        "-f",
                        SCRIPTS.resolve("complete.pgbench.sql").toString(),
                        url.group(3)));
        return Programs.number(output, "tps = ([0-9.]+)");
    }

    /** What a completion costs the database when it is one of many, and when it is one of many that want the same. */
    private String statements(List<String> skus) throws Exception {
        StringBuilder report = new StringBuilder();
        for (List<String> sold : List.of(skus, skus.subList(0, 1))) {
            long orders = orders();
            long calls =
                    number("SELECT sum(calls) FROM pg_stat_statements WHERE query !~ 'pg_stat|messaging|topology'");
            long commits = number("SELECT sum(calls) FROM pg_stat_statements WHERE query = 'COMMIT'");
            complete(sold, SECONDS, 0);
            double made = orders() - orders;
            report.append("  %d SKUs: %.1f statements, of these %.2f commits, for each completion%n"
                    .formatted(
                            sold.size(),
                            (number(
                                                    "SELECT sum(calls) FROM pg_stat_statements WHERE query !~ 'pg_stat|messaging|topology'")
                                            - calls)
                                    / made,
                            (number("SELECT sum(calls) FROM pg_stat_statements WHERE query = 'COMMIT'") - commits)
                                    / made));
        }
        return report.toString();
    }

    private long orders() throws SQLException {
        return number("SELECT count(*) FROM \"order\".orders");
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(cluster.primaryUrl(), cluster.username(), cluster.password());
    }
}
