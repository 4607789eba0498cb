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
 * What a pod still does when it is asked for many times what it can do, beside the most that it does; and how long who buys
 * waits meanwhile. Reports; judges nothing. {@code ./mvnw verify -Pbenchmark -Dit.test=OverloadBenchmark}
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
    void whatIsLeftOfAPodThatIsAskedForTooMuch() throws Exception {
        assumeTrue(InstalledPrograms.isOnPath("wrk"), "install wrk");
        try (EmbeddedCluster cluster = EmbeddedCluster.start(data);
                PackagedApp app = PackagedApp.start("benchmark-overload", BenchmarkShop.environment(cluster));
                ShopClient shop = new ShopClient(app.base(), PackagedApp.ADMIN_KEY)) {
            String sku = BenchmarkShop.awaitImportAndRestock(cluster, shop).getFirst();
            LoadGenerators.wrk(app, LIST, SATURATING_CLIENTS, SECONDS);
            buy(app, sku);
            double most = 0;
            double served = 0;
            double refused = 0;
            List<Long> calm = new ArrayList<>();
            List<Long> meanwhile = new ArrayList<>();
            List<Double> besides = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                most += LoadGenerators.wrk(app, LIST, SATURATING_CLIENTS, SECONDS)
                                .perSecond()
                        / ROUNDS;
                OverloadResult overloadResult = LoadGenerators.overload(app, LIST, OVERLOAD_CLIENTS, SECONDS);
                served += overloadResult.served() / ROUNDS;
                refused += overloadResult.refused() / ROUNDS;
                calm.addAll(buy(app, sku));
                CompletableFuture<OverloadResult> flood = CompletableFuture.supplyAsync(() -> flood(app));
                meanwhile.addAll(buy(app, sku));
                besides.add(flood.get().served());
            }
            LOG.infof(
                    "%nlist of 20, uncached, %d rounds of %d s%n"
                            + "  %d clients             %8.0f /s%n"
                            + "  %d clients            %8.0f /s served: %.2f; %.1f times as many asked for%n"
                            + "  %d who buy, alone        %8d purchases, p50 %d ms, p99 %d ms%n"
                            + "  meanwhile               %8d purchases, p50 %d ms, p99 %d ms; %s pages/s served besides",
                    ROUNDS,
                    SECONDS,
                    SATURATING_CLIENTS,
                    most,
                    OVERLOAD_CLIENTS,
                    served,
                    served / most,
                    (served + refused) / most,
                    BUYERS,
                    calm.size(),
                    percentile(calm, 50),
                    percentile(calm, 99),
                    meanwhile.size(),
                    percentile(meanwhile, 50),
                    percentile(meanwhile, 99),
                    besides.stream().map("%.0f"::formatted).toList());
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

    /** Purchases that are never tried twice. @return milliseconds, of a cart with a line, its address and its completion each */
    private static List<Long> buy(PackagedApp app, String sku) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        return ConcurrentRunner.runAll(BUYERS, _ -> {
                    List<Long> millis = new ArrayList<>();
                    try (ShopClient shopper = new ShopClient(app.base(), "", Duration.ZERO)) {
                        while (System.nanoTime() < end) {
                            long began = System.nanoTime();
                            shopper.buy("EUR", sku);
                            millis.add(
                                    Duration.ofNanos(System.nanoTime() - began).toMillis());
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
