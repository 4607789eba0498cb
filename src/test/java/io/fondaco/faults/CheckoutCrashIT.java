package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A pod halts at each crash point of a checkout attempt, as if killed, while clients buy at both pods. Some clients
 * repeat their request with the same key, some never do. After the recovery bound (the attempt's lease, the check of
 * pending payments and a run of the job) the invariants hold and every response that a client received is true (matrix
 * rows 1 and 14, invariants I1, I2, I3, I5).
 *
 * <p>{@code -Dfaults.crashes} sets the number of crashes at each crash point. The seed is logged and can be set by
 * {@code -Dfaults.seed}.
 */
class CheckoutCrashIT {
    private static final Logger LOG = Logger.getLogger(CheckoutCrashIT.class);
    private static final int CRASHES = Integer.getInteger("faults.crashes", 1);
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    private static final int MAX_CHECKOUTS_BEFORE_CRASH = 12;

    private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static ShopCluster shop;
    private static CrashAgentJar agent;
    private static final Random RANDOM = new Random(SEED);

    @BeforeAll
    static void open() {
        LOG.info("Seed of the crashes: " + SEED);
        agent = CrashAgentJar.write(directory);
        shop = ShopCluster.open("crash", directory, ShopCluster.FAST_RECOVERY);
    }

    @AfterAll
    static void close() {
        if (shop != null) {
            shop.close();
        }
    }

    @ParameterizedTest
    @EnumSource(CrashPoint.class)
    void crashLeavesOneOrderAndOneChargeOrNeither(CrashPoint crashPoint) throws Exception {
        String sku = shop.createProduct(Map.of("main", 1_000_000));
        List<RetryingShoppers> all = new ArrayList<>();
        // A single crash hits the second pod, because the test's staff client uses the first.
        for (int victim : CRASHES == 1 ? List.of(1) : List.of(0, 1)) {
            shop.pod(victim).close();
            try (RetryingShoppers retryingShoppers = new RetryingShoppers(shop, victim, sku)) {
                all.add(retryingShoppers);
                crashRepeatedly(victim, Math.max(1, (CRASHES + 1 - victim) / 2), crashPoint);
            }
            if (CRASHES > 1) {
                shop.relaunchPod(victim, Map.of());
                shop.pod(victim).awaitReady();
            }
            // After a single crash the other pod recovers alone; the victim is started again for the next crash point.
        }
        InvariantChecks.awaitNoViolations(shop.database(), ShopCluster.RECOVERY_TIMEOUT);
        all.forEach(RetryingShoppers::assertConfirmedOrdersExist);
        LOG.infof(
                "%s: %d crashes, %d confirmed orders, %d clients that did not retry; all invariants hold",
                crashPoint,
                CRASHES,
                all.stream().mapToInt(RetryingShoppers::confirmedOrderCount).sum(),
                all.stream().mapToInt(RetryingShoppers::abandoned).sum());
    }

    /** Starts the pod repeatedly; each time it halts in one of the first checkout attempts after it is ready. */
    private static void crashRepeatedly(int victim, int crashes, CrashPoint crashPoint) throws InterruptedException {
        for (int crash = 0; crash < crashes; crash++) {
            int count = 1 + RANDOM.nextInt(MAX_CHECKOUTS_BEFORE_CRASH);
            shop.relaunchPod(victim, Map.of());
            shop.pod(victim).awaitReady();
            agent.attachTo(shop.pod(victim).pid(), crashPoint.site(), count);
            assertThat(shop.pod(victim).awaitExit(EXIT_TIMEOUT))
                    .as("exit code after the crash at " + crashPoint)
                    .isEqualTo(CrashAgent.EXIT_CODE);
        }
    }
}
