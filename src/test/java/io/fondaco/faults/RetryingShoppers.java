package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.replay.ShopClient;
import java.time.Duration;
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
 * Shoppers that buy in a loop at two pods, one of which is faulty, with payment tokens that pay, decline, fail once or
 * never answer. A shopper that gets no response from the faulty pod retries at the other with the same key, or gives
 * up. While the faulty pod does not respond, all of them buy slowly, so that it gets processor time to start again.
 */
final class RetryingShoppers implements AutoCloseable {
    private static final int SHOPPERS = 6;
    private static final List<String> TOKENS =
            List.of("tok_ok", "tok_ok", "tok_ok", "tok_unknown", "tok_declined", "tok_flaky");

    private static final Duration PAUSE_WHILE_VICTIM_IS_DOWN = Duration.ofMillis(300);

    private final ShopCluster shop;
    private final int victim;
    private final String sku;
    private final Map<String, String> confirmedOrders = new ConcurrentHashMap<>();
    private final AtomicInteger abandoned = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> shoppers = new ArrayList<>();
    private volatile boolean stopped;
    private volatile boolean victimIsDown;

    /**
     * Starts immediately.
     *
     * @param victim the faulty pod
     */
    RetryingShoppers(ShopCluster shop, int victim, String sku) {
        this.shop = shop;
        this.victim = victim;
        this.sku = sku;
        for (int i = 0; i < SHOPPERS; i++) {
            int shopper = i;
            shoppers.add(threads.submit(() -> {
                while (!stopped) {
                    buy(shopper);
                    TestTiming.pause();
                    if (victimIsDown) {
                        Pods.sleep(PAUSE_WHILE_VICTIM_IS_DOWN);
                    }
                }
            }));
        }
    }

    /** Half of the shoppers use the victim; of these, every other one retries at the survivor with the same key. */
    private void buy(int shopper) {
        int survivor = 1 - victim;
        ShopClient.GuestCart guestCart = shop.createCart(survivor, sku, 1 + shopper % 3);
        String key = UUID.randomUUID().toString();
        String token = TOKENS.get(Math.floorMod(guestCart.path().hashCode(), TOKENS.size()));
        int first = shopper % 2 == 0 ? victim : survivor;
        ShopClient.ApiResponse apiResponse;
        try (ShopClient client = shop.shortTimeoutClient(first)) {
            apiResponse = ShopCluster.complete(client, guestCart, token, key);
            noteResponse(first, true);
        } catch (RuntimeException _) {
            noteResponse(first, false);
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

    private void noteResponse(int pod, boolean responded) {
        if (pod == victim) {
            victimIsDown = !responded;
        }
    }

    /** The number of orders that were confirmed by a response. */
    int confirmedOrderCount() {
        return confirmedOrders.size();
    }

    /** The number of checkouts that were not retried after a failure. */
    int abandoned() {
        return abandoned.get();
    }

    /** Each confirmed order exists once. */
    void assertConfirmedOrdersExist() {
        confirmedOrders.forEach((cart, order) -> assertThat(
                        shop.query("SELECT count(*) FROM \"order\".orders WHERE number = %s AND status <> 'cancelled'"
                                .formatted(order)))
                .as("the confirmed order of cart %s", cart)
                .isEqualTo("1"));
    }

    /** Stops when each shopper has its response; fails if one of them got an unexpected status. */
    @Override
    public void close() throws InterruptedException, ExecutionException {
        stopped = true;
        threads.close();
        for (Future<?> each : shoppers) {
            each.get();
        }
    }
}
