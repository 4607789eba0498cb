package io.fondaco.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.Together;
import io.fondaco.faults.Books;
import io.fondaco.faults.SellingShop;
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
    private static final int MODELS = Integer.getInteger("faults.models", 150);
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    /** With so many a run must have met every outcome. */
    private static final int MODELS_THAT_MEET_EVERYTHING = 150;

    private static final int AT_A_TIME = 24;
    private static final int MOST_SHRINKS = 200;
    private static final int JQWIK_SIZE = 1_000;
    private static final Duration SETTLED = Duration.ofSeconds(90);

    @TempDir
    private static Path directory;

    private static SellingShop shop;
    private static List<ShopClient> clients;
    private static HeldProvider provider;
    private static final AtomicInteger PLAYS = new AtomicInteger();
    private static final AtomicInteger ORDERS = new AtomicInteger();
    private static final Reached REACHED = new Reached();

    @BeforeAll
    static void open() {
        LOG.infof("Seed of the sequences: %d", SEED);
        shop = SellingShop.open(
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
        shop.launchAgain(1, Map.of("FONDACO_INVENTORY_HOT_AT", "1"));
        shop.pod(1).awaitReady();
        clients = IntStream.range(0, 2)
                .mapToObj(pod -> ShopClient.thatTakesConflicts(shop.pod(pod).base(), PackagedApp.ADMIN_KEY))
                .toList();
        provider = HeldProvider.install(shop.database().primary());
        fillTheShelves();
    }

    private static void fillTheShelves() {
        StringBuilder products =
                new StringBuilder("Handle,Title,Status,Variant SKU,Variant Price,Variant Inventory Policy\n");
        StringBuilder stock = new StringBuilder("sku,location,available\n");
        for (int play = 0; play < MODELS + MOST_SHRINKS; play++) {
            for (Sku sku : Sku.values()) {
                String name = ShopFront.sku(name(play), sku);
                products.append("%s,Thing,active,%s,%d.00,deny\n"
                        .formatted(name.toLowerCase(Locale.ROOT), name, Sku.PENCE / 100));
                sku.atFirst().forEach((place, units) -> stock.append("%s,%s,%d\n".formatted(name, place, units)));
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
        List<Optional<Throwable>> failures = Together.all(MODELS, AT_A_TIME, index -> {
            Optional<Throwable> failure = failed.get() ? Optional.empty() : play(pod(index), sequences.get(index));
            failure.ifPresent(_ -> failed.set(true));
            return failure;
        });
        for (int index = 0; index < MODELS; index++) {
            if (failures.get(index).isPresent()) {
                throw shrunk(index, sequences.get(index), failures.get(index).get());
            }
        }
        awaitMoneyBack();
        Books.awaitAgreement(shop.database(), SETTLED);
        assertThat(shop.query("SELECT count(*) FROM \"order\".orders")).isEqualTo(ORDERS.toString());
        LOG.infof("%d sequences, %s orders: %s", MODELS, ORDERS, REACHED);
        if (MODELS >= MODELS_THAT_MEET_EVERYTHING) {
            assertThat(REACHED.missing()).as("what was never met").isEmpty();
        }
    }

    /** Each from a seed of its own. jqwik gives them to the thread that asked for them alone. */
    private static List<List<Step>> sequences() {
        JqwikSession.start();
        try {
            RandomGenerator<List<Step>> generator = Steps.sequences().generator(JQWIK_SIZE);
            return IntStream.range(0, MODELS)
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

    private static Optional<Throwable> play(int pod, List<Step> steps) {
        try (ShopFront front = new ShopFront(shop, clients.get(pod), provider, name(PLAYS.getAndIncrement()))) {
            ORDERS.addAndGet(new Play(front, REACHED).run(steps));
            return Optional.empty();
        } catch (RuntimeException | AssertionError e) {
            return Optional.of(e);
        }
    }

    /** Money that came for nothing is given back half a minute later: by then whoever took it would have done so. That time is over. */
    private static void awaitMoneyBack() {
        await().atMost(SETTLED).pollInterval(Duration.ofSeconds(1)).until(() -> {
            shop.database().primary().execute("""
                    UPDATE payment.payment SET release_due = now() WHERE release_due > now();
                    UPDATE payment.refund SET locked_until = now() WHERE state = 'pending' AND locked_until > now()
                    """);
            return shop.query("""
                    SELECT NOT EXISTS (SELECT FROM payment.payment WHERE release_due IS NOT NULL)
                       AND NOT EXISTS (SELECT FROM payment.refund WHERE state = 'pending')
                    """).equals("t");
        });
    }

    private static String name(int play) {
        return "M" + play;
    }

    /** Tells the least that fails still, at the same pod. */
    private static AssertionError shrunk(int index, List<Step> sequence, Throwable failure) {
        int pod = pod(index);
        AtomicReference<Throwable> why = new AtomicReference<>(failure);
        List<Step> least = Steps.least(sequence, steps -> {
            Optional<Throwable> again = PLAYS.get() < MODELS + MOST_SHRINKS ? play(pod, steps) : Optional.empty();
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
