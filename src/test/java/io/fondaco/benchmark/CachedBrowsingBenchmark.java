package io.fondaco.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fondaco.InstalledPrograms;
import io.fondaco.benchmark.LoadGenerators.LoadResult;
import io.fondaco.platform.embedded.EmbeddedCluster;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.ToDoubleFunction;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares browsing from the cache with constant bytes of the same process and with the same pages uncached, with
 * 10,000 and 100,000 products, and measures a mix in which few products get most requests and prices change. It reports
 * and asserts no limits. {@code ./mvnw verify -Pbenchmark -Dit.test=CachedBrowsingBenchmark}
 */
class CachedBrowsingBenchmark {
    private static final Logger LOG = Logger.getLogger(CachedBrowsingBenchmark.class);
    private static final int SECONDS = Integer.getInteger("benchmark.seconds", 10);
    private static final int CLIENTS = Integer.getInteger("benchmark.clients", 16);
    private static final int ROUNDS = 3;
    private static final int SMALL_CATALOG = 10_000;
    private static final int LARGE_CATALOG = 100_000;
    private static final int PRODUCTS_PER_IMPORT = 10_000;

    private static final String ACCEPT_GZIP = "Accept-Encoding: gzip";
    private static final String DETAIL = "/store/v1/products/bench-77";
    private static final String LIST = "/store/v1/products?limit=20";
    private static final Path SCRIPT = Path.of("src", "test", "benchmark", "zipf.lua");

    @TempDir
    private Path data;

    private final StringBuilder report = new StringBuilder();

    @Test
    void cachedPagesComparedWithConstantBytesAndUncachedPages() throws Exception {
        assumeTrue(InstalledPrograms.isOnPath("wrk"), "install wrk");
        try (EmbeddedCluster cluster = EmbeddedCluster.start(data);
                PackagedApp cached = PackagedApp.start("benchmark-cached", environment(cluster, true));
                PackagedApp uncached = PackagedApp.start("benchmark-uncached", environment(cluster, false));
                ShopClient shop = new ShopClient(cached.base(), PackagedApp.ADMIN_KEY)) {
            importProducts(shop, 0, SMALL_CATALOG);
            Path products = writeProductList(cluster);
            measurePages("%d products".formatted(SMALL_CATALOG), cached, uncached);
            measureMix("%d products".formatted(SMALL_CATALOG), cached, products);
            importProducts(shop, SMALL_CATALOG, LARGE_CATALOG);
            measurePages("%d products".formatted(LARGE_CATALOG), cached, uncached);
            measureMix(
                    "%d products, requests for the same %d".formatted(LARGE_CATALOG, SMALL_CATALOG), cached, products);
            LOG.info("%n%d clients, %d rounds of %d s each%n%s".formatted(CLIENTS, ROUNDS, SECONDS, report));
        }
    }

    private void measurePages(String title, PackagedApp cached, PackagedApp uncached) throws Exception {
        for (PackagedApp app : List.of(cached, uncached)) {
            for (String page : List.of("/ping", DETAIL, LIST)) {
                LoadGenerators.wrk(app, page, CLIENTS, SECONDS);
            }
        }
        Map<String, List<LoadResult>> rates = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            add(rates, "constant bytes: /ping", LoadGenerators.wrk(cached, "/ping", CLIENTS, SECONDS));
            add(rates, "detail, cached", LoadGenerators.wrk(cached, DETAIL, CLIENTS, SECONDS));
            add(rates, "detail, cached, gzip", LoadGenerators.wrk(cached, DETAIL, CLIENTS, SECONDS, ACCEPT_GZIP));
            add(rates, "list of 20, cached", LoadGenerators.wrk(cached, LIST, CLIENTS, SECONDS));
            add(rates, "list of 20, cached, gzip", LoadGenerators.wrk(cached, LIST, CLIENTS, SECONDS, ACCEPT_GZIP));
            add(rates, "detail, from the replica", LoadGenerators.wrk(uncached, DETAIL, CLIENTS, SECONDS));
            add(rates, "list of 20, from the replica", LoadGenerators.wrk(uncached, LIST, CLIENTS, SECONDS));
        }
        report.append("  %s%n".formatted(title));
        double ping = mean(rates.get("constant bytes: /ping"), LoadResult::perSecond);
        double pingP99 = mean(rates.get("constant bytes: /ping"), LoadResult::p99Millis);
        rates.forEach((page, results) -> report.append("    %-30s %9.0f /s  %5.2f   p99 %6.2f ms  %5.2f%n"
                .formatted(
                        page,
                        mean(results, LoadResult::perSecond),
                        mean(results, LoadResult::perSecond) / ping,
                        mean(results, LoadResult::p99Millis),
                        mean(results, LoadResult::p99Millis) / pingP99)));
        assertThat(rates).hasSize(7);
    }

    private static void add(Map<String, List<LoadResult>> rates, String page, LoadResult loadResult) {
        rates.computeIfAbsent(page, _ -> new ArrayList<>()).add(loadResult);
    }

    private static double mean(List<LoadResult> rates, ToDoubleFunction<LoadResult> figure) {
        return rates.stream().mapToDouble(figure).average().orElseThrow();
    }

    private void measureMix(String title, PackagedApp app, Path products) throws Exception {
        measureMix(app, products);
        double hits = BenchmarkShop.metric(app, "fondaco_cache_hits_total");
        double misses = BenchmarkShop.metric(app, "fondaco_cache_misses_total");
        LoadResult loadResult = measureMix(app, products);
        double newHits = BenchmarkShop.metric(app, "fondaco_cache_hits_total") - hits;
        double newMisses = BenchmarkShop.metric(app, "fondaco_cache_misses_total") - misses;
        report.append("    mix, 1 %% writes; %s: %.0f requests/s, p99 %.1f ms, hit ratio %.3f, %.1f MB kept%n"
                .formatted(
                        title,
                        loadResult.perSecond(),
                        loadResult.p99Millis(),
                        newHits / (newHits + newMisses),
                        BenchmarkShop.metric(app, "fondaco_cache_bytes{cache=\"answers\"}") / 1e6));
    }

    private static LoadResult measureMix(PackagedApp app, Path products) throws Exception {
        return LoadGenerators.wrk(
                app,
                "/",
                CLIENTS,
                ROUNDS * SECONDS,
                List.of("-s", SCRIPT.toString()),
                List.of(products.toString(), PackagedApp.ADMIN_KEY));
    }

    private static void importProducts(ShopClient shop, int from, int to) {
        for (int start = from; start < to; start += PRODUCTS_PER_IMPORT) {
            StringBuilder csv = new StringBuilder("Handle,Title,Body (HTML),Vendor,Status,Variant SKU,Variant Price\n");
            for (int n = start; n < start + PRODUCTS_PER_IMPORT; n++) {
                csv.append("bench-%d,Product %d,\"<p>%s</p>\",Vendor %d,active,BENCH-%d,%d.99\n"
                        .formatted(n, n, "Words that say what it is good for. ".repeat(15), n % 50, n, n % 90));
            }
            String id = shop.importCsv("kind=products&format=shopify&currency=EUR", csv.toString())
                    .expect(202)
                    .body()
                    .get("id")
                    .asText();
            assertThat(shop.awaitImport(id).path("status").asText()).isEqualTo("done");
        }
    }

    /** The products that the mix requests, by popularity: slug, variant and price per line. */
    private Path writeProductList(EmbeddedCluster cluster) throws Exception {
        List<String> lines = new ArrayList<>();
        try (Connection connection = BenchmarkShop.connect(cluster);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT p.slug, v.id, x.amount
                          FROM catalog.product p JOIN catalog.variant v ON v.product_id = p.id
                          JOIN pricing.price x ON x.variant_id = v.id
                         WHERE p.slug LIKE 'bench-%' ORDER BY md5(p.slug)
                        """)) {
            while (rows.next()) {
                String variant = TypeId.format("variant", rows.getObject(2, UUID.class));
                lines.add("%s %s %d".formatted(rows.getString(1), variant, rows.getLong(3)));
            }
        }
        return Files.write(data.resolve("products.txt"), lines);
    }

    private static Map<String, String> environment(EmbeddedCluster cluster, boolean cached) {
        Map<String, String> environment = new TreeMap<>();
        environment.put("HEAP", "1g");
        environment.put("FONDACO_CACHE_ENABLED", Boolean.toString(cached));
        environment.put("FONDACO_DATABASE_PRIMARY_URL", cluster.primaryUrl());
        environment.put("FONDACO_DATABASE_REPLICA_URLS", cluster.replicaUrl());
        environment.put("FONDACO_DATABASE_USERNAME", cluster.username());
        environment.put("FONDACO_DATABASE_PASSWORD", cluster.password());
        environment.put("FONDACO_DATABASE_MIGRATE_AT_START", "true");
        environment.put("FONDACO_ACCESS_BOOTSTRAP_KEY", PackagedApp.ADMIN_KEY);
        return environment;
    }
}
