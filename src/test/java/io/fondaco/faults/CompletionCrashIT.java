package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.replay.ShopClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
class CompletionCrashIT {
    private static final Logger LOG = Logger.getLogger(CompletionCrashIT.class);
    private static final int CRASHES = Integer.getInteger("faults.crashes", 1);
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    private static final int CLIENTS = 6;
    private static final int LATEST = 12;
    private static final List<String> TOKENS =
            List.of("tok_ok", "tok_ok", "tok_ok", "tok_unknown", "tok_declined", "tok_flaky");

    /** Completions are left to their request for 3 s, pending payments asked for after 1 s, the job runs every 5 s. */
    private static final Duration RECOVERY = Duration.ofSeconds(45);

    private static final Duration DEATH = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static SellingShop shop;
    private static final Random RANDOM = new Random(SEED);

    @BeforeAll
    static void open() {
        LOG.info("Seed of the crashes: " + SEED);
        shop = SellingShop.open(
                "crash",
                directory,
                Map.of(
                        "FONDACO_CHECKOUT_COMPLETION_LEASE",
                        "3s",
                        "FONDACO_PAYMENT_TIMEOUT",
                        "2s",
                        "FONDACO_CHECKOUT_PENDING_CHECK",
                        "1s",
                        "FONDACO_JOBS_LEASE",
                        "4s",
                        // The pods live for seconds: the second compiler would not be done before they die.
                        "TIER",
                        "1"));
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
        String sku = shop.put(Map.of("main", 1_000_000));
        Map<String, String> answered = new ConcurrentHashMap<>();
        AtomicInteger abandoned = new AtomicInteger();
        for (int victim = 0; victim < 2; victim++) {
            shop.pod(victim).close();
            dieUnderLoad(victim, (CRASHES + 1 - victim) / 2, step, sku, answered, abandoned);
            shop.launchAgain(victim, Map.of());
            shop.pod(victim).awaitReady();
        }
        Books.awaitAgreement(shop.database(), RECOVERY);
        answered.forEach((cart, order) -> assertThat(
                        shop.query("SELECT count(*) FROM \"order\".orders WHERE number = %s AND status <> 'cancelled'"
                                .formatted(order)))
                .as("the order that cart %s was told of", cart)
                .isEqualTo("1"));
        LOG.infof(
                "%s: %d crashes, %d orders answered, %d clients that never came back; the books agree",
                step, CRASHES, answered.size(), abandoned.get());
    }

    /** Starts the pod again and again, to die in one of its first completions, while clients buy without a pause. */
    private static void dieUnderLoad(
            int victim, int crashes, String step, String sku, Map<String, String> answered, AtomicInteger abandoned)
            throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                clients.add(threads.submit(() -> {
                    while (!over.get()) {
                        buy(client, victim, sku, answered, abandoned);
                    }
                    return null;
                }));
            }
            try {
                for (int crash = 0; crash < crashes; crash++) {
                    shop.launchAgain(
                            victim,
                            Map.of(
                                    "FONDACO_CHECKOUT_CUT_OFF_AT",
                                    step,
                                    "FONDACO_CHECKOUT_CUT_OFF_AFTER",
                                    Integer.toString(1 + RANDOM.nextInt(LATEST))));
                    assertThat(shop.pod(victim).awaitExit(DEATH))
                            .as("dies at " + step)
                            .isEqualTo(137);
                }
            } finally {
                over.set(true);
            }
            for (Future<?> each : clients) {
                each.get();
            }
        }
    }

    /** Buys at either pod; when that one dies meanwhile, every other client tries the other one with the same key. */
    private static void buy(int client, int victim, String sku, Map<String, String> answered, AtomicInteger abandoned) {
        int survivor = 1 - victim;
        ShopClient.Basket basket = shop.basket(survivor, sku, 1 + client % 3);
        String key = UUID.randomUUID().toString();
        String token = TOKENS.get(Math.floorMod(basket.path().hashCode(), TOKENS.size()));
        int first = client % 2 == 0 ? victim : survivor;
        ShopClient.Answer answer;
        try (ShopClient impatient = shop.impatient(first)) {
            answer = SellingShop.complete(impatient, basket, token, key);
        } catch (RuntimeException _) {
            if (client % 4 == 0) {
                abandoned.incrementAndGet();
                return;
            }
            answer = shop.complete(survivor, basket, token, key);
        }
        switch (answer.status()) {
            case 201 -> answered.put(basket.path(), answer.body().get("number").asText());
            case 202, 402 -> {}
            default -> throw new AssertionError("Unexpected: " + answer);
        }
    }
}
