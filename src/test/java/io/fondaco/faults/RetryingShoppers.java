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
final class RetryingShoppers implements AutoCloseable {
    private static final int COUNT = 6;
    private static final List<String> TOKENS =
            List.of("tok_ok", "tok_ok", "tok_ok", "tok_unknown", "tok_declined", "tok_flaky");

    private final ShopCluster shop;
    private final int victim;
    private final String sku;
    private final Map<String, String> confirmedOrders = new ConcurrentHashMap<>();
    private final AtomicInteger abandoned = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean over;

    /**
     * Begin at once.
     *
     * @param victim the pod in trouble
     */
    RetryingShoppers(ShopCluster shop, int victim, String sku) {
        this.shop = shop;
        this.victim = victim;
        this.sku = sku;
        for (int i = 0; i < COUNT; i++) {
            int shopper = i;
            running.add(threads.submit(() -> {
                while (!over) {
                    buy(shopper);
                    TestTiming.pause();
                }
            }));
        }
    }

    /** At either pod; of those who get no answer from the victim every other one tries the survivor with the same key. */
    private void buy(int shopper) {
        int survivor = 1 - victim;
        ShopClient.GuestCart guestCart = shop.createCart(survivor, sku, 1 + shopper % 3);
        String key = UUID.randomUUID().toString();
        String token = TOKENS.get(Math.floorMod(guestCart.path().hashCode(), TOKENS.size()));
        int first = shopper % 2 == 0 ? victim : survivor;
        ShopClient.ApiResponse apiResponse;
        try (ShopClient impatient = shop.shortTimeoutClient(first)) {
            apiResponse = ShopCluster.complete(impatient, guestCart, token, key);
        } catch (RuntimeException _) {
            if (shopper % 4 == 0) {
                abandoned.incrementAndGet();
                return;
            }
            apiResponse = shop.complete(survivor, guestCart, token, key);
        }
        switch (apiResponse.status()) {
            case 201 ->
                confirmedOrders.put(
                        guestCart.path(), apiResponse.body().get("number").asText());
            case 202, 402 -> {}
            default -> throw new AssertionError("Unexpected: " + apiResponse);
        }
    }

    /** How many orders they were told of. */
    int confirmedOrderCount() {
        return confirmedOrders.size();
    }

    /** How many never came back for their answer. */
    int abandoned() {
        return abandoned.get();
    }

    /** Each order that they were told of is there, once. */
    void assertConfirmedOrdersExist() {
        confirmedOrders.forEach((cart, order) -> assertThat(
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
