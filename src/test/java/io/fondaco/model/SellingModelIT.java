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
 * Random sequences of what shoppers, staff, the provider and time do, over HTTP: each answer, level and order must be the one that a
 * simple model of the shop says, and in the end the books must agree (invariants I1, I2, I3 and I5). At one pod SKUs are sold each by
 * itself, at the other as if everybody wanted them.
 *
 * <p>{@code -Dfaults.models} is how many. A sequence that fails is shrunk to the least that fails still, and told with its seed:
 * {@code -Dfaults.seed=… -Dfaults.models=1} does it alone.
 */
class SellingModelIT {
    private static final Logger LOG = Logger.getLogger(SellingModelIT.class);
    private static final int SEQUENCE_COUNT = Integer.getInteger("faults.models", 150);
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    /** With so many a run must have met every outcome. */
    private static final int MIN_SEQUENCES_FOR_COVERAGE = 150;

    private static final int AT_A_TIME = 24;
    private static final int MOST_SHRINKS = 200;
    private static final int JQWIK_SIZE = 1_000;
    private static final Duration SETTLED = Duration.ofSeconds(90);

    @TempDir
    private static Path directory;

    private static ShopCluster shop;
    private static List<ShopClient> clients;
    private static PausableTestProvider provider;
    private static final AtomicInteger RUNS = new AtomicInteger();
    private static final AtomicInteger ORDERS = new AtomicInteger();
    private static final OutcomeCoverage COVERAGE = new OutcomeCoverage();

    @BeforeAll
    static void open() {
        LOG.infof("Seed of the sequences: %d", SEED);
        shop = ShopCluster.open(
                "model",
                directory,
                Map.of(
                        "FONDACO_INVENTORY_EXPIRY_EVERY",
                        "1s",
                        // Nothing may happen by itself: the model would not know when.
                        "FONDACO_CHECKOUT_PENDING_CHECK",
                        "1h",
                        "FONDACO_PAYMENT_TIMEOUT",
                        "40s",
                        "FONDACO_CHECKOUT_COMPLETION_LEASE",
                        "60s",
                        "FONDACO_PAYMENT_BREAKER_FAILURES",
                        "1"));
        shop.pod(1).close();
        shop.relaunchPod(1, Map.of("FONDACO_INVENTORY_HOT_AT", "1"));
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
        for (int play = 0; play < SEQUENCE_COUNT + MOST_SHRINKS; play++) {
            for (Sku sku : Sku.values()) {
                String name = ShopDriver.sku(name(play), sku);
                products.append("%s,Thing,active,%s,%d.00,deny\n"
                        .formatted(name.toLowerCase(Locale.ROOT), name, Sku.PENCE / 100));
                sku.initialStock().forEach((place, units) -> stock.append("%s,%s,%d\n".formatted(name, place, units)));
            }
        }
        ShopClient staff = shop.client(0);
        staff.importProducts("GBP", products.toString());
        staff.importStock(stock.toString());
    }

    @AfterAll
    static void close() {
        if (clients != null) {
            clients.forEach(ShopClient::close);
        }
        if (shop != null) {
            shop.close();
        }
    }

    @Test
    void theShopDoesWhatTheModelSays() throws Exception {
        List<List<Step>> sequences = sequences();
        AtomicBoolean failed = new AtomicBoolean();
        List<Optional<Throwable>> failures = ConcurrentRunner.runAll(SEQUENCE_COUNT, AT_A_TIME, index -> {
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
        InvariantChecks.awaitNoViolations(shop.database(), SETTLED);
        assertThat(shop.query("SELECT count(*) FROM \"order\".orders")).isEqualTo(ORDERS.toString());
        LOG.infof("%d sequences, %s orders: %s", SEQUENCE_COUNT, ORDERS, COVERAGE);
        if (SEQUENCE_COUNT >= MIN_SEQUENCES_FOR_COVERAGE) {
            assertThat(COVERAGE.missing()).as("what was never met").isEmpty();
        }
    }

    /** Each from a seed of its own. jqwik gives them to the thread that asked for them alone. */
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

    /** By the seed, so that it is the same one when the sequence is done alone. */
    private static int pod(int index) {
        return Math.floorMod(SEED + index, clients.size());
    }

    private static Optional<Throwable> runSequence(int pod, List<Step> steps) {
        try (ShopDriver front = new ShopDriver(shop, clients.get(pod), provider, name(RUNS.getAndIncrement()))) {
            ORDERS.addAndGet(new ModelRun(front, COVERAGE).run(steps));
            return Optional.empty();
        } catch (RuntimeException | AssertionError e) {
            return Optional.of(e);
        }
    }

    /** Money that came for nothing is given back half a minute later: by then whoever took it would have done so. That time is over. */
    private static void awaitVoidsAndRefunds() {
        await().atMost(SETTLED).pollInterval(Duration.ofSeconds(1)).until(() -> {
            shop.database().primary().execute("""
                    UPDATE payment.payment SET void_due_at = now() WHERE void_due_at > now();
                    UPDATE payment.refund SET locked_until = now() WHERE state = 'pending' AND locked_until > now()
                    """);
            return shop.query("""
                    SELECT NOT EXISTS (SELECT FROM payment.payment WHERE void_due_at IS NOT NULL)
                       AND NOT EXISTS (SELECT FROM payment.refund WHERE state = 'pending')
                    """).equals("t");
        });
    }

    private static String name(int play) {
        return "M" + play;
    }

    /** Tells the least that fails still, at the same pod. */
    private static AssertionError shrunkFailure(int index, List<Step> sequence, Throwable failure) {
        int pod = pod(index);
        AtomicReference<Throwable> why = new AtomicReference<>(failure);
        List<Step> least = StepSequences.shrink(sequence, steps -> {
            Optional<Throwable> again =
                    RUNS.get() < SEQUENCE_COUNT + MOST_SHRINKS ? runSequence(pod, steps) : Optional.empty();
            again.ifPresent(why::set);
            return again.isPresent();
        });
        return new AssertionError(
                "At pod %d, -Dfaults.seed=%d -Dfaults.models=1:%n%s"
                        .formatted(
                                pod,
                                SEED + index,
                                least.stream().map(Step::toString).collect(Collectors.joining("\n"))),
                why.get());
    }
}
