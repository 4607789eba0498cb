package io.fondaco.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fondaco.InstalledPrograms;
import io.fondaco.platform.embedded.EmbeddedCluster;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures speed as ratios within one run: browsing compared with constant bytes of the same process (wrk), buying
 * (Gatling) compared with the same statements without an application (pgbench). It reports and asserts no limits.
 * {@code ./mvnw verify -Pbenchmark}
 */
class BrowseAndBuyBenchmark {
    private static final Logger LOG = Logger.getLogger(BrowseAndBuyBenchmark.class);
    private static final int SECONDS = Integer.getInteger("benchmark.seconds", 20);
    private static final int ROUNDS = 3;
    private static final int CLIENTS = Integer.getInteger("benchmark.clients", 16);
    private static final Path GATLING = Path.of("src", "test", "benchmark");

    @TempDir
    private Path data;

    @Test
    void browsingAndBuyingComparedWithConstantBytesAndPgbench() throws Exception {
        assumeTrue(
                InstalledPrograms.isOnPath("wrk") && InstalledPrograms.isOnPath("pgbench"),
                "install wrk and pgbench (Debian: wrk, postgresql-contrib)");
        try (EmbeddedCluster cluster = EmbeddedCluster.start(data);
                PackagedApp app = PackagedApp.start("benchmark", BenchmarkShop.environment(cluster));
                ShopClient shop = new ShopClient(app.base(), PackagedApp.ADMIN_KEY)) {
            List<String> skus = BenchmarkShop.awaitImportAndRestock(cluster, shop);
            Map<String, Double> perSecond = new LinkedHashMap<>();
            wrk(app, "/store/v1/products?limit=20", SECONDS);
            perSecond.put("GET /ping", wrk(app, "/ping", SECONDS));
            perSecond.put("GET product detail", wrk(app, "/store/v1/products/rialto-espresso", SECONDS));
            perSecond.put("GET product list of 20", wrk(app, "/store/v1/products?limit=20", SECONDS));
            gatling(app, skus, 10);
            perSecond.put("checkouts (3 requests each)", gatling(app, skus, SECONDS));
            perSecond.put(
                    "pgbench, the same statements",
                    LoadGenerators.pgbench(
                            cluster, "checkout.pgbench.sql", CLIENTS, SECONDS, Map.of("skus", skus.size())));
            StringBuilder report = new StringBuilder("%d clients, %d s each%n".formatted(CLIENTS, SECONDS));
            perSecond.forEach((name, rate) -> report.append("  %-32s %10.1f /s%n".formatted(name, rate)));
            report.append("  checkout / pgbench               %10.2f%n"
                    .formatted(perSecond.get("checkouts (3 requests each)")
                            / perSecond.get("pgbench, the same statements")));
            LOG.info(System.lineSeparator() + report);
            assertThat(perSecond.values()).allMatch(rate -> rate > 0);
        }
    }

    /** Measures the cost of a consistency token and the load that the replica takes off the primary. */
    @Test
    void readsWithTokenComparedWithReadsWithoutTokenAndFromThePrimary() throws Exception {
        assumeTrue(InstalledPrograms.isOnPath("wrk"), "install wrk");
        String detail = "/store/v1/products/rialto-espresso";
        try (EmbeddedCluster cluster = EmbeddedCluster.start(data);
                PackagedApp app = PackagedApp.start("benchmark-replica", BenchmarkShop.environment(cluster))) {
            Map<String, String> withoutReplicas = new TreeMap<>(BenchmarkShop.environment(cluster));
            withoutReplicas.remove("FONDACO_DATABASE_REPLICA_URLS");
            try (ShopClient shop = new ShopClient(app.base(), PackagedApp.ADMIN_KEY);
                    PackagedApp primaryOnly = PackagedApp.start("benchmark-primary", withoutReplicas)) {
                BenchmarkShop.awaitImportAndRestock(cluster, shop);
                String token = "Fondaco-Consistency: " + shop.consistencyToken();
                wrk(app, detail, SECONDS, token);
                wrk(primaryOnly, detail, SECONDS);
                Map<String, Double> perSecond = new LinkedHashMap<>();
                for (int round = 0; round < ROUNDS; round++) {
                    perSecond.merge("replica, no token", wrk(app, detail, SECONDS) / ROUNDS, Double::sum);
                    perSecond.merge("replica, token", wrk(app, detail, SECONDS, token) / ROUNDS, Double::sum);
                    perSecond.merge("primary only", wrk(primaryOnly, detail, SECONDS) / ROUNDS, Double::sum);
                }
                StringBuilder report = new StringBuilder(
                        "product detail, %d clients, %d rounds of %d s each%n".formatted(CLIENTS, ROUNDS, SECONDS));
                perSecond.forEach((name, rate) -> report.append(
                        "  %-32s %10.1f /s  %5.2f%n".formatted(name, rate, rate / perSecond.get("replica, no token"))));
                LOG.info(report);
            }
        }
    }

    private static double wrk(PackagedApp app, String path, int seconds, String... headers) throws Exception {
        return LoadGenerators.wrk(app, path, CLIENTS, seconds, headers).perSecond();
    }

    private static double gatling(PackagedApp app, List<String> skus, int seconds) throws Exception {
        String output = LoadGenerators.run(
                Map.of(),
                Duration.ofSeconds(seconds + 240L),
                List.of(
                        new File("mvnw").getAbsolutePath(),
                        "-B",
                        "-f",
                        GATLING.resolve("pom.xml").toAbsolutePath().toString(),
                        "gatling:test",
                        "-Dbenchmark.url=" + app.base(),
                        "-Dbenchmark.clients=" + CLIENTS,
                        "-Dbenchmark.seconds=" + seconds,
                        "-Dbenchmark.skus=" + String.join(",", skus)));
        double requests =
                LoadGenerators.parseNumber(output.replace(",", ""), "mean throughput \\(rps\\)[^0-9]*([0-9.]+)");
        return requests / 3;
    }
}
