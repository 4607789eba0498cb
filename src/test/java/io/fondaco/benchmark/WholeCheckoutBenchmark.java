package io.fondaco.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fondaco.InstalledPrograms;
import io.fondaco.benchmark.BenchmarkShop.DatabaseWork;
import io.fondaco.platform.embedded.EmbeddedCluster;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures whole checkouts of guests over HTTP, five requests each, as ratios to three loads of pgbench on the same
 * database that no change of the application can move: the irreducible work of such a checkout (16 statements and 7
 * commits, prepared), and pgbench's own simple update and select. All four alternate within one run; the report has the
 * median and the spread of the rounds, and what a checkout costs: CPU time and allocated bytes of the pod, statements
 * and commits of the primary. {@code ./mvnw verify -Pbenchmark -Dit.test=WholeCheckoutBenchmark}
 */
class WholeCheckoutBenchmark {
    private static final Logger LOG = Logger.getLogger(WholeCheckoutBenchmark.class);
    private static final int SECONDS = Integer.getInteger("benchmark.seconds", 10);
    private static final int CLIENTS = Integer.getInteger("benchmark.clients", 16);
    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 5);
    private static final int REQUESTS_PER_CHECKOUT = 5;

    /** A process compiles its hot methods for more than a minute. */
    private static final int WARM_UP_SECONDS = Integer.getInteger("benchmark.warmup", 120);

    private static final Path SCRIPTS = Path.of("src", "test", "benchmark");

    private static final String CHECKOUTS = "whole checkouts";
    private static final String IRREDUCIBLE = "pgbench, irreducible checkout";
    private static final String SIMPLE_UPDATE = "pgbench, simple update";
    private static final String SELECT = "pgbench, select";

    @TempDir
    private Path data;

    private EmbeddedCluster cluster;
    private PackagedApp app;

    /** What a pod and the primary have spent so far. */
    private record Spent(Duration cpu, double allocatedBytes, DatabaseWork database) {
        private static final Spent NOTHING = new Spent(Duration.ZERO, 0, new DatabaseWork(0, 0));

        Spent plus(Spent other) {
            return new Spent(cpu.plus(other.cpu), allocatedBytes + other.allocatedBytes, database.plus(other.database));
        }

        Spent since(Spent before) {
            return new Spent(
                    cpu.minus(before.cpu), allocatedBytes - before.allocatedBytes, database.since(before.database));
        }
    }

    private record CheckoutLoad(double perSecond, double p99Millis) {}

    @Test
    void wholeCheckoutsComparedWithTheIrreducibleWork() throws Exception {
        assumeTrue(
                InstalledPrograms.isOnPath("wrk") && InstalledPrograms.isOnPath("pgbench"),
                "install wrk and pgbench (Debian: wrk, postgresql-contrib)");
        try (EmbeddedCluster started = EmbeddedCluster.start(data.resolve("postgres"));
                PackagedApp shop = PackagedApp.start("benchmark-checkout", withCache(started));
                ShopClient client = new ShopClient(shop.base(), PackagedApp.ADMIN_KEY)) {
            cluster = started;
            app = shop;
            Path skus = Files.write(
                    data.resolve("skus"), thatAreShipped(BenchmarkShop.awaitImportAndRestock(cluster, client)));
            preparePgbench();
            checkouts(skus, WARM_UP_SECONDS, 0);
            Map<String, List<Double>> rates = new LinkedHashMap<>();
            Spent spent = Spent.NOTHING;
            double checkouts = 0;
            for (int round = 0; round < ROUNDS; round++) {
                Spent before = readSpent();
                double rate = checkouts(skus, SECONDS, 0).perSecond();
                spent = spent.plus(readSpent().since(before));
                checkouts += rate * SECONDS;
                add(rates, CHECKOUTS, rate);
                add(
                        rates,
                        IRREDUCIBLE,
                        pgbench(
                                "-f",
                                SCRIPTS.resolve("whole-checkout.pgbench.sql").toString()));
                add(rates, SIMPLE_UPDATE, pgbench("-b", "simple-update"));
                add(rates, SELECT, pgbench("-b", "select-only"));
            }
            CheckoutLoad halfLoad = checkouts(skus, SECONDS, median(rates.get(CHECKOUTS)) / 2);
            LOG.info(System.lineSeparator() + report(rates, spent, checkouts, halfLoad));
            assertThat(rates.values()).allSatisfy(rounds -> assertThat(rounds).allMatch(rate -> rate > 0));
        }
    }

    private static Map<String, String> withCache(EmbeddedCluster cluster) {
        Map<String, String> environment = new TreeMap<>(BenchmarkShop.environment(cluster));
        environment.put("FONDACO_CACHE_ENABLED", "true");
        return environment;
    }

    /** Without those that need no shipping, such as gift cards: their carts have no shipping methods. */
    private List<String> thatAreShipped(List<String> skus) throws SQLException {
        List<String> shipped = new ArrayList<>();
        try (Connection connection = BenchmarkShop.connect(cluster);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT sku FROM catalog.variant WHERE requires_shipping")) {
            while (row.next()) {
                shipped.add(row.getString(1));
            }
        }
        shipped.retainAll(skus);
        return shipped;
    }

    private void preparePgbench() throws Exception {
        try (Connection connection = BenchmarkShop.connect(cluster);
                Statement statement = connection.createStatement()) {
            statement.execute(Files.readString(SCRIPTS.resolve("whole-checkout-schema.sql")));
        }
        LoadGenerators.pgbench(cluster, Duration.ofMinutes(2), List.of("-i", "-q", "-s", "10"));
    }

    private double pgbench(String... script) throws Exception {
        List<String> options = new ArrayList<>(List.of("-n", "-M", "prepared", "-c", Integer.toString(CLIENTS)));
        options.addAll(List.of("-j", "2", "-T", Integer.toString(SECONDS)));
        options.addAll(List.of(script));
        String output = LoadGenerators.pgbench(cluster, Duration.ofSeconds(SECONDS + 30L), options);
        return LoadGenerators.parseNumber(output, "tps = ([0-9.]+)");
    }

    /** @param rate approximate checkouts per second; 0 for no limit */
    private CheckoutLoad checkouts(Path skus, int seconds, double rate) throws Exception {
        double thinkMillis = rate > 0 ? 1_000 * CLIENTS / (rate * REQUESTS_PER_CHECKOUT) : 0;
        // One connection for each thread, so that the script knows to which request a response belongs.
        String output = LoadGenerators.wrkOutput(
                app,
                "",
                CLIENTS,
                CLIENTS,
                seconds,
                List.of("-s", SCRIPTS.resolve("whole-checkout.lua").toString()),
                List.of(skus.toString(), Double.toString(thinkMillis)));
        assertThat(LoadGenerators.parseNumber(output, "Failed requests: ([0-9]+)"))
                .as(output)
                .isZero();
        return new CheckoutLoad(
                LoadGenerators.parseNumber(output, "Checkouts/sec: ([0-9.]+)"), LoadGenerators.parseP99Millis(output));
    }

    private Spent readSpent() throws SQLException {
        Duration cpu = ProcessHandle.of(app.pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow();
        return new Spent(
                cpu,
                BenchmarkShop.metric(app, "jvm_gc_memory_allocated_bytes_total"),
                BenchmarkShop.readDatabaseWork(cluster));
    }

    private static void add(Map<String, List<Double>> rates, String name, double rate) {
        rates.computeIfAbsent(name, _ -> new ArrayList<>()).add(rate);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static String report(
            Map<String, List<Double>> rates, Spent spent, double checkouts, CheckoutLoad halfLoad) {
        StringBuilder report = new StringBuilder("%d clients, %d rounds of %d s%n".formatted(CLIENTS, ROUNDS, SECONDS));
        List<Double> whole = rates.get(CHECKOUTS);
        rates.forEach((name, rounds) -> {
            report.append("  %-30s %9.1f /s (%.1f to %.1f)"
                    .formatted(
                            name,
                            median(rounds),
                            rounds.stream().min(Double::compare).orElseThrow(),
                            rounds.stream().max(Double::compare).orElseThrow()));
            if (!name.equals(CHECKOUTS)) {
                List<Double> ratios = new ArrayList<>();
                for (int round = 0; round < rounds.size(); round++) {
                    ratios.add(whole.get(round) / rounds.get(round));
                }
                report.append("; checkouts are %.4f of it (%.4f to %.4f)"
                        .formatted(
                                median(ratios),
                                ratios.stream().min(Double::compare).orElseThrow(),
                                ratios.stream().max(Double::compare).orElseThrow()));
            }
            report.append(System.lineSeparator());
        });
        report.append("  each: %.2f ms of the pod's CPU and %.0f KiB allocated per request, %.1f statements and %.1f%n"
                .formatted(
                        spent.cpu().toMillis() / (checkouts * REQUESTS_PER_CHECKOUT),
                        spent.allocatedBytes() / 1_024 / (checkouts * REQUESTS_PER_CHECKOUT),
                        spent.database().statements() / checkouts,
                        spent.database().commits() / checkouts));
        report.append("  commits per checkout, all of the pod's work included%n".formatted());
        report.append("  at half load (%.1f /s): p99 of a request %.1f ms%n"
                .formatted(halfLoad.perSecond(), halfLoad.p99Millis()));
        return report.toString();
    }
}
