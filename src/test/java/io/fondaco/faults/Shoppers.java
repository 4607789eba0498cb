package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.replay.ShopClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Shoppers who buy without a pause at two pods, one of which is in trouble, with tokens that pay, decline, fail once or never
 * answer. Who is not answered there soon asks the other one with the same key, or never again.
 */
final class Shoppers implements AutoCloseable {
    private static final int COUNT = 6;
    private static final List<String> TOKENS =
            List.of("tok_ok", "tok_ok", "tok_ok", "tok_unknown", "tok_declined", "tok_flaky");

    private final SellingShop shop;
    private final int victim;
    private final String sku;
    private final Map<String, String> answered = new ConcurrentHashMap<>();
    private final AtomicInteger abandoned = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean over;

    /**
     * Begin at once.
     *
     * @param victim the pod in trouble
     */
    Shoppers(SellingShop shop, int victim, String sku) {
        this.shop = shop;
        this.victim = victim;
        this.sku = sku;
        for (int i = 0; i < COUNT; i++) {
            int shopper = i;
            running.add(threads.submit(() -> {
                while (!over) {
                    buy(shopper);
                    Pace.pause();
                }
            }));
        }
    }

    /** At either pod; of those who get no answer from the victim every other one tries the survivor with the same key. */
    private void buy(int shopper) {
        int survivor = 1 - victim;
        ShopClient.Basket basket = shop.basket(survivor, sku, 1 + shopper % 3);
        String key = UUID.randomUUID().toString();
        String token = TOKENS.get(Math.floorMod(basket.path().hashCode(), TOKENS.size()));
        int first = shopper % 2 == 0 ? victim : survivor;
        ShopClient.Answer answer;
        try (ShopClient impatient = shop.impatient(first)) {
            answer = SellingShop.complete(impatient, basket, token, key);
        } catch (RuntimeException _) {
            if (shopper % 4 == 0) {
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

    /** How many orders they were told of. */
    int orders() {
        return answered.size();
    }

    /** How many never came back for their answer. */
    int abandoned() {
        return abandoned.get();
    }

    /** Each order that they were told of is there, once. */
    void assertToldTheTruth() {
        answered.forEach((cart, order) -> assertThat(
                        shop.query("SELECT count(*) FROM \"order\".orders WHERE number = %s AND status <> 'cancelled'"
                                .formatted(order)))
                .as("the order that cart %s was told of", cart)
                .isEqualTo("1"));
    }

    /** Ends it when each has its answer; fails if one of them got what nobody should get. */
    @Override
    public void close() throws InterruptedException, ExecutionException {
        over = true;
        threads.close();
        for (Future<?> each : running) {
            each.get();
        }
    }
}
