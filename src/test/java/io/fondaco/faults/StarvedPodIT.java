package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.ConcurrentRunner;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pod with too little memory stops for full garbage collections and exits, so that it is restarted. A pod with too
 * little CPU is slow. In both cases the other pod keeps selling and the invariants hold (matrix row 24, invariants I1,
 * I2, I3 and I5).
 */
class StarvedPodIT {
    private static final Logger LOG = Logger.getLogger(StarvedPodIT.class);
    private static final Duration THROTTLED_TIME =
            Duration.ofSeconds(Math.min(60, Integer.getInteger("faults.seconds", 4) * 2));
    private static final int SURVIVOR = 0;
    private static final int VICTIM = 1;
    private static final Duration STEP_TIMEOUT = Duration.ofSeconds(60);

    /** Enough to start and to sell, but less than the request bodies that a pod may read at a time. */
    private static final String SMALL_HEAP = "96m";

    private static final int OUT_OF_MEMORY_EXIT_CODE = 3;
    private static final int SENDER_COUNT = 300;
    private static final int BODY_BYTES = 250_000;

    private static final int UNITS_IN_STOCK = 20;
    private static final int BUYERS = 2 * UNITS_IN_STOCK;
    private static final int CONCURRENCY = 10;
    private static final String SOLD_OUT = "409 out_of_stock";

    @TempDir
    private static Path directory;

    private static ShopCluster shop;

    @BeforeAll
    static void open() {
        shop = ShopCluster.open("starved", directory, ShopCluster.FAST_RECOVERY);
    }

    @AfterAll
    static void close() {
        if (shop != null) {
            shop.close();
        }
    }

    @Test
    void podWithoutMemoryExitsAndIsRestartedWhileTheOtherSells() throws Exception {
        String sku = shop.createProduct(Map.of("main", 1_000_000));
        shop.pod(VICTIM).close();
        shop.relaunchPod(VICTIM, Map.of("HEAP", SMALL_HEAP, "JAVA_TOOL_OPTIONS", imageJvmOptions() + " -Xlog:gc"));
        shop.pod(VICTIM).awaitReady();
        RetryingShoppers retryingShoppers = new RetryingShoppers(shop, VICTIM, sku);
        LivenessProbe livenessProbe = new LivenessProbe(shop.pod(SURVIVOR));
        try (retryingShoppers;
                livenessProbe) {
            awaitMoreOrders(retryingShoppers);
            try (LoadGenerator _ = sendLargeBodies()) {
                assertThat(shop.pod(VICTIM).awaitExit(STEP_TIMEOUT)).isEqualTo(OUT_OF_MEMORY_EXIT_CODE);
            }
            assertThat(Files.readString(shop.pod(VICTIM).log()))
                    .as("log with full garbage collections before the exit")
                    .contains("Pause Full");
            awaitMoreOrders(retryingShoppers);
            shop.relaunchPod(VICTIM, Map.of());
            shop.pod(VICTIM).awaitReady();
            awaitMoreOrders(retryingShoppers);
        }
        LOG.infof(
                "Out of memory: %d confirmed orders, %d checkouts not retried",
                retryingShoppers.confirmedOrderCount(), retryingShoppers.abandoned());
        assertThat(livenessProbe.failures()).isEmpty();
        InvariantChecks.awaitNoViolations(shop.database(), ShopCluster.RECOVERY_TIMEOUT);
        retryingShoppers.assertConfirmedOrdersExist();
    }

    @Test
    void throttledPodIsSlowButCorrect() throws Exception {
        String sku = shop.createProduct(Map.of("main", 1_000_000));
        String limitedSku = shop.createProduct(Map.of("main", UNITS_IN_STOCK));
        List<ShopClient.GuestCart> carts =
                ConcurrentRunner.runAll(BUYERS, CONCURRENCY, i -> shop.createCart(i, limitedSku, 1));
        List<String> keys =
                carts.stream().map(_ -> UUID.randomUUID().toString()).toList();
        RetryingShoppers retryingShoppers = new RetryingShoppers(shop, VICTIM, sku);
        List<String> outcomes;
        try (CpuThrottle _ = new CpuThrottle(shop.pod(VICTIM));
                retryingShoppers) {
            awaitMoreOrders(retryingShoppers);
            // Each checkout is sent to both pods at the same time, as by a client that retries early.
            outcomes = ConcurrentRunner.runAll(
                    2 * BUYERS,
                    i -> ShopCluster.statusAndCode(shop.complete(i, carts.get(i / 2), "tok_ok", keys.get(i / 2))));
            Pods.sleep(THROTTLED_TIME);
            awaitMoreOrders(retryingShoppers);
        }
        InvariantChecks.awaitNoViolations(shop.database(), ShopCluster.RECOVERY_TIMEOUT);
        retryingShoppers.assertConfirmedOrdersExist();
        assertThat(outcomes).isSubsetOf("201", "202", SOLD_OUT);
        int confirmed = 0;
        for (int buyer = 0; buyer < BUYERS; buyer++) {
            List<String> pair = outcomes.subList(2 * buyer, 2 * buyer + 2);
            assertThat(pair.getFirst().equals(SOLD_OUT))
                    .isEqualTo(pair.getLast().equals(SOLD_OUT));
            confirmed += pair.contains("201") ? 1 : 0;
        }
        int sold = Integer.parseInt(shop.query(
                "SELECT count(*) FROM \"order\".line WHERE sku = '%s' AND stock_taken".formatted(limitedSku)));
        LOG.infof(
                "CPU throttled to a tenth: %d confirmed orders; %d of %d buyers confirmed for %d units, %d sold",
                retryingShoppers.confirmedOrderCount(), confirmed, BUYERS, UNITS_IN_STOCK, sold);
        assertThat(sold).isBetween(confirmed, UNITS_IN_STOCK);
        for (int pod : List.of(SURVIVOR, VICTIM)) {
            assertThat(Pods.metric(shop.pod(pod), "http_server_requests_seconds_count", "status=\"500\""))
                    .isZero();
        }
    }

    /** Waits for more than {@value #CONCURRENCY} further orders. */
    private static void awaitMoreOrders(RetryingShoppers retryingShoppers) {
        int before = retryingShoppers.confirmedOrderCount();
        await().atMost(STEP_TIMEOUT).until(() -> retryingShoppers.confirmedOrderCount() > before + CONCURRENCY);
    }

    private static String imageJvmOptions() throws IOException {
        Matcher options =
                Pattern.compile("--add-options=\"([^\"]+)\"").matcher(Files.readString(Path.of("Dockerfile")));
        assertThat(options.find()).isTrue();
        return options.group(1);
    }

    /** Sends bodies of nearly the maximum size, for which no cart is created. */
    private static LoadGenerator sendLargeBodies() {
        URI carts = shop.pod(VICTIM).base().resolve("/store/v1/carts");
        String line = "{\"sku\":\"ANY\",\"quantity\":1}";
        String body = IntStream.range(0, BODY_BYTES / (line.length() + 1))
                .mapToObj(_ -> line)
                .collect(Collectors.joining(",", "{\"currency\":\"GBP\",\"lines\":[", "]}"));
        return new LoadGenerator(SENDER_COUNT, () -> HttpRequest.newBuilder(carts)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Lets a pod run for a tenth of the time, like a CPU limit. */
    private static final class CpuThrottle implements AutoCloseable {
        private static final Duration STOPPED = Duration.ofMillis(90);
        private static final Duration RUNNING = Duration.ofMillis(10);

        private final Thread thread;
        private volatile boolean stopped;

        CpuThrottle(PackagedApp pod) {
            thread = Thread.ofVirtual().name("throttle").start(() -> {
                while (!stopped) {
                    pod.freeze(true);
                    Pods.sleep(STOPPED);
                    pod.freeze(false);
                    Pods.sleep(RUNNING);
                }
            });
        }

        @Override
        public void close() throws InterruptedException {
            stopped = true;
            thread.join();
        }
    }
}
