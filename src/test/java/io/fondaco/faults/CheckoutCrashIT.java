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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A pod dies at each boundary between the steps of a completion, as if killed, while others buy at both pods; some clients come
 * back with their key, some never do. After the recovery bound, which is the completion's lease, its check of pending payments and the run of the job,
 * the books agree and every answer that a client got is true (matrix rows 1 and 14, invariants I1, I2, I3, I5).
 *
 * <p>{@code -Dfaults.crashes} is how often at each boundary; the seed is printed and can be given.
 */
class CheckoutCrashIT {
    private static final Logger LOG = Logger.getLogger(CheckoutCrashIT.class);
    private static final int CRASHES = Integer.getInteger("faults.crashes", 1);
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    private static final int MAX_CHECKOUTS_BEFORE_CRASH = 12;

    private static final Duration DEATH = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static ShopCluster shop;
    private static final Random RANDOM = new Random(SEED);

    @BeforeAll
    static void open() {
        LOG.info("Seed of the crashes: " + SEED);
        shop = ShopCluster.open("crash", directory, ShopCluster.FAST_RECOVERY);
    }

    @AfterAll
    static void close() {
        if (shop != null) {
            shop.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"set-aside-uncommitted", "set-aside", "answered", "concluded-uncommitted", "concluded"})
    void aPodThatDiesThereLeavesOneOrderAndOneChargeOrNeither(String step) throws Exception {
        String sku = shop.createProduct(Map.of("main", 1_000_000));
        List<RetryingShoppers> all = new ArrayList<>();
        // A single crash is one of the second pod: the first is the one that staff uses.
        for (int victim : CRASHES == 1 ? List.of(1) : List.of(0, 1)) {
            shop.pod(victim).close();
            try (RetryingShoppers retryingShoppers = new RetryingShoppers(shop, victim, sku)) {
                all.add(retryingShoppers);
                crashRepeatedly(victim, Math.max(1, (CRASHES + 1 - victim) / 2), step);
            }
            if (CRASHES > 1) {
                shop.relaunchPod(victim, Map.of());
                shop.pod(victim).awaitReady();
            }
            // After a single crash the other pod recovers alone; this one comes back to crash at the next boundary.
        }
        InvariantChecks.awaitNoViolations(shop.database(), ShopCluster.RECOVERY_TIMEOUT);
        all.forEach(RetryingShoppers::assertConfirmedOrdersExist);
        LOG.infof(
                "%s: %d crashes, %d orders answered, %d clients that never came back; the books agree",
                step,
                CRASHES,
                all.stream().mapToInt(RetryingShoppers::confirmedOrderCount).sum(),
                all.stream().mapToInt(RetryingShoppers::abandoned).sum());
    }

    /** Starts the pod again and again, to die in one of its first completions. */
    private static void crashRepeatedly(int victim, int crashes, String step) throws InterruptedException {
        for (int crash = 0; crash < crashes; crash++) {
            shop.relaunchPod(
                    victim,
                    Map.of(
                            "FONDACO_CHECKOUT_CUT_OFF_AT",
                            step,
                            "FONDACO_CHECKOUT_CUT_OFF_AFTER",
                            Integer.toString(1 + RANDOM.nextInt(MAX_CHECKOUTS_BEFORE_CRASH))));
            assertThat(shop.pod(victim).awaitExit(DEATH)).as("dies at " + step).isEqualTo(137);
        }
    }
}
