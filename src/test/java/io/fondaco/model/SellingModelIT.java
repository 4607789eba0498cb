package io.fondaco.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.ConcurrentRunner;
import io.fondaco.faults.InvariantChecks;
import io.fondaco.faults.ShopCluster;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.sessions.JqwikSession;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Model-based test: random sequences of requests by shoppers, staff and the payment provider, and of expiries, over
 * HTTP. Each response, stock level and order must equal that of the reference model, and at the end the invariants I1,
 * I2, I3 and I5 must hold. One pod reserves each SKU on its own; the other treats every SKU as hot.
 *
 * <p>{@code -Dfaults.models} sets the number of sequences. A failing sequence is shrunk, and reported with its seed:
 * {@code -Dfaults.seed=… -Dfaults.models=1} runs it alone.
 */
class SellingModelIT {
    private static final Logger LOG = Logger.getLogger(SellingModelIT.class);
    private static final int SEQUENCE_COUNT = Integer.getInteger("faults.models", 150);
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    /** A run of at least this many sequences must reach every outcome. */
    private static final int MIN_SEQUENCES_FOR_COVERAGE = 150;

    private static final int CONCURRENT_SEQUENCES = 24;
    private static final int MAX_SHRINK_RUNS = 200;
    private static final int JQWIK_SIZE = 1_000;
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(90);

    @TempDir
    private static Path directory;

    private static ShopCluster shop;
    private static List<ShopClient> clients;
    private static PausableTestProvider provider;
    private static final AtomicInteger RUNS = new AtomicInteger();
    private static final AtomicInteger ORDERS = new AtomicInteger();
    private static final OutcomeCoverage COVERAGE = new OutcomeCoverage();

    @BeforeAll
    static void startShop() {
        LOG.infof("Seed of the sequences: %d", SEED);
        shop = ShopCluster.open(
                "model",
                directory,
                Map.of(
                        // Nothing may happen on its own, because the model would not know when.
                        "FONDACO_CHECKOUT_PENDING_PAYMENT_QUERY_DELAY",
                        "1h",
                        "FONDACO_PAYMENT_TIMEOUT",
                        "40s",
                        "FONDACO_CHECKOUT_ATTEMPT_LEASE",
                        "60s",
                        "FONDACO_PAYMENT_BREAKER_FAILURE_RATIO",
                        "1"));
        shop.pod(1).close();
        shop.relaunchPod(1, Map.of("FONDACO_INVENTORY_HOT_SKU_THRESHOLD", "1"));
        shop.pod(1).awaitReady();
        clients = IntStream.range(0, 2)
                .mapToObj(pod -> ShopClient.withoutConflictRetry(shop.pod(pod).base(), PackagedApp.ADMIN_KEY))
                .toList();
        provider = PausableTestProvider.install(shop.database().primary());
        importProductsAndStock();
    }

    private static void importProductsAndStock() {
        StringBuilder products =
                new StringBuilder("Handle,Title,Status,Variant SKU,Variant Price,Variant Inventory Policy\n");
        StringBuilder stock = new StringBuilder("sku,location,available\n");
        for (int run = 0; run < SEQUENCE_COUNT + MAX_SHRINK_RUNS; run++) {
            for (Sku sku : Sku.values()) {
                String code = ShopDriver.sku(skuPrefix(run), sku);
                products.append("%s,Thing,active,%s,%d.00,deny\n"
                        .formatted(code.toLowerCase(Locale.ROOT), code, Sku.PENCE / 100));
                sku.initialStock()
                        .forEach((location, units) -> stock.append("%s,%s,%d\n".formatted(code, location, units)));
            }
        }
        ShopClient staff = shop.client(0);
        staff.importProducts("GBP", products.toString());
        staff.importStock(stock.toString());
    }

    @AfterAll
    static void stopShop() {
        if (clients != null) {
            clients.forEach(ShopClient::close);
        }
        if (shop != null) {
            shop.close();
        }
    }

    @Test
    void shopBehavesLikeTheReferenceModel() throws Exception {
        List<List<Step>> sequences = sequences();
        AtomicBoolean failed = new AtomicBoolean();
        List<Optional<Throwable>> failures = ConcurrentRunner.runAll(SEQUENCE_COUNT, CONCURRENT_SEQUENCES, index -> {
            Optional<Throwable> failure =
                    failed.get() ? Optional.empty() : runSequence(pod(index), sequences.get(index));
            failure.ifPresent(_ -> failed.set(true));
            return failure;
        });
        for (int index = 0; index < SEQUENCE_COUNT; index++) {
            if (failures.get(index).isPresent()) {
                throw shrunkFailure(
                        index, sequences.get(index), failures.get(index).get());
            }
        }
        awaitVoidsAndRefunds();
        InvariantChecks.awaitNoViolations(shop.database(), SETTLE_TIMEOUT);
        assertThat(shop.query("SELECT count(*) FROM \"order\".orders")).isEqualTo(ORDERS.toString());
        LOG.infof("%d sequences, %s orders: %s", SEQUENCE_COUNT, ORDERS, COVERAGE);
        if (SEQUENCE_COUNT >= MIN_SEQUENCES_FOR_COVERAGE) {
            assertThat(COVERAGE.missing())
                    .as("outcomes that were never reached")
                    .isEmpty();
        }
    }

    /** Each sequence has its own seed. All are generated here because a jqwik session belongs to one thread. */
    private static List<List<Step>> sequences() {
        JqwikSession.start();
        try {
            RandomGenerator<List<Step>> generator = StepSequences.sequences().generator(JQWIK_SIZE);
            return IntStream.range(0, SEQUENCE_COUNT)
                    .mapToObj(index -> generator.next(new Random(SEED + index)).value())
                    .toList();
        } finally {
            JqwikSession.finish();
        }
    }

    /** Depends on the seed only, so that a sequence that is run alone uses the same pod. */
    private static int pod(int index) {
        return Math.floorMod(SEED + index, clients.size());
    }

    private static Optional<Throwable> runSequence(int pod, List<Step> steps) {
        try (ShopDriver driver = new ShopDriver(shop, clients.get(pod), provider, skuPrefix(RUNS.getAndIncrement()))) {
            ORDERS.addAndGet(new ModelRun(driver, COVERAGE).run(steps));
            return Optional.empty();
        } catch (RuntimeException | AssertionError e) {
            return Optional.of(e);
        }
    }

    /** Unneeded money is voided or refunded after a delay of half a minute, which this method skips. */
    private static void awaitVoidsAndRefunds() {
        await().atMost(SETTLE_TIMEOUT).pollInterval(Duration.ofSeconds(1)).until(() -> {
            shop.database().primary().execute("""
                    UPDATE payment.void SET next_attempt_at = now(), leased_until = now();
                    UPDATE payment.refund SET next_attempt_at = now(), leased_until = now() WHERE state = 'pending'
                    """);
            return shop.query("""
                    SELECT NOT EXISTS (SELECT FROM payment.void)
                       AND NOT EXISTS (SELECT FROM payment.refund WHERE state = 'pending')
                    """).equals("t");
        });
    }

    private static String skuPrefix(int run) {
        return "M" + run;
    }

    /** Shrinks the failing sequence at the same pod. */
    private static AssertionError shrunkFailure(int index, List<Step> sequence, Throwable failure) {
        int pod = pod(index);
        AtomicReference<Throwable> lastFailure = new AtomicReference<>(failure);
        List<Step> shrunk = StepSequences.shrink(sequence, steps -> {
            Optional<Throwable> stillFails =
                    RUNS.get() < SEQUENCE_COUNT + MAX_SHRINK_RUNS ? runSequence(pod, steps) : Optional.empty();
            stillFails.ifPresent(lastFailure::set);
            return stillFails.isPresent();
        });
        return new AssertionError(
                "At pod %d, -Dfaults.seed=%d -Dfaults.models=1:%n%s"
                        .formatted(
                                pod,
                                SEED + index,
                                shrunk.stream().map(Step::toString).collect(Collectors.joining("\n"))),
                lastFailure.get());
    }
}
