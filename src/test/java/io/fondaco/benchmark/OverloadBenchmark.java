package io.fondaco.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fondaco.ConcurrentRunner;
import io.fondaco.InstalledPrograms;
import io.fondaco.benchmark.LoadGenerators.OverloadResult;
import io.fondaco.platform.embedded.EmbeddedCluster;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures the throughput of a pod under several times the load that it can serve, compared with its maximum, and the
 * latency of purchases meanwhile. It reports and asserts no limits. {@code ./mvnw verify -Pbenchmark
 * -Dit.test=OverloadBenchmark}
 */
class OverloadBenchmark {
    private static final Logger LOG = Logger.getLogger(OverloadBenchmark.class);
    private static final int SECONDS = Integer.getInteger("benchmark.seconds", 10);
    private static final int SATURATING_CLIENTS = 32;
    private static final int OVERLOAD_CLIENTS = Integer.getInteger("benchmark.clients", 600);
    private static final int BUYERS = 4;
    private static final int ROUNDS = 3;
    private static final String LIST = "/store/v1/products?limit=20";

    @TempDir
    private Path data;

    @Test
    void throughputAndPurchaseLatencyUnderOverload() throws Exception {
        assumeTrue(InstalledPrograms.isOnPath("wrk"), "install wrk");
        try (EmbeddedCluster cluster = EmbeddedCluster.start(data);
                PackagedApp app = PackagedApp.start("benchmark-overload", BenchmarkShop.environment(cluster));
                ShopClient shop = new ShopClient(app.base(), PackagedApp.ADMIN_KEY)) {
            String sku = BenchmarkShop.awaitImportAndRestock(cluster, shop).getFirst();
            LoadGenerators.wrk(app, LIST, SATURATING_CLIENTS, SECONDS);
            buy(app, sku);
            double maximum = 0;
            double served = 0;
            double rejected = 0;
            List<Long> unloaded = new ArrayList<>();
            List<Long> overloaded = new ArrayList<>();
            List<Double> servedMeanwhile = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                maximum += LoadGenerators.wrk(app, LIST, SATURATING_CLIENTS, SECONDS)
                                .perSecond()
                        / ROUNDS;
                OverloadResult overloadResult = LoadGenerators.overload(app, LIST, OVERLOAD_CLIENTS, SECONDS);
                served += overloadResult.served() / ROUNDS;
                rejected += overloadResult.rejected() / ROUNDS;
                unloaded.addAll(buy(app, sku));
                CompletableFuture<OverloadResult> flood = CompletableFuture.supplyAsync(() -> flood(app));
                overloaded.addAll(buy(app, sku));
                servedMeanwhile.add(flood.get().served());
            }
            LOG.infof(
                    "%nlist of 20, uncached, %d rounds of %d s%n"
                            + "  %d clients             %8.0f /s%n"
                            + "  %d clients            %8.0f /s served: %.2f; %.1f times as many requested%n"
                            + "  %d buyers, no overload   %8d purchases, p50 %d ms, p99 %d ms%n"
                            + "  under overload          %8d purchases, p50 %d ms, p99 %d ms; %s pages/s served at the"
                            + " same time",
                    ROUNDS,
                    SECONDS,
                    SATURATING_CLIENTS,
                    maximum,
                    OVERLOAD_CLIENTS,
                    served,
                    served / maximum,
                    (served + rejected) / maximum,
                    BUYERS,
                    unloaded.size(),
                    percentile(unloaded, 50),
                    percentile(unloaded, 99),
                    overloaded.size(),
                    percentile(overloaded, 50),
                    percentile(overloaded, 99),
                    servedMeanwhile.stream().map("%.0f"::formatted).toList());
            assertThat(served).isPositive();
        }
    }

    private static OverloadResult flood(PackagedApp app) {
        try {
            return LoadGenerators.overload(app, LIST, OVERLOAD_CLIENTS, SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Buys repeatedly, without retries.
     *
     * @return the milliseconds of each purchase: a cart with a line, its shipping method and its completion
     */
    private static List<Long> buy(PackagedApp app, String sku) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        return ConcurrentRunner.runAll(BUYERS, _ -> {
                    List<Long> millis = new ArrayList<>();
                    try (ShopClient shopper = new ShopClient(app.base(), "", Duration.ZERO)) {
                        while (System.nanoTime() < end) {
                            long started = System.nanoTime();
                            shopper.buy("EUR", sku);
                            millis.add(Duration.ofNanos(System.nanoTime() - started)
                                    .toMillis());
                        }
                    }
                    return millis;
                })
                .stream()
                .flatMap(Collection::stream)
                .toList();
    }

    private static long percentile(List<Long> millis, int percent) {
        List<Long> sorted = millis.stream().sorted().toList();
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }
}
