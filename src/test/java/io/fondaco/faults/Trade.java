package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.process.PackagedApp;
import java.time.Duration;

/** What goes on at a pod while its database is in trouble: visitors look, shoppers open carts, and the orchestrator asks whether it lives. */
final class Trade implements AutoCloseable {
    private static final int VISITORS = 2;
    private static final Duration SOON = Duration.ofSeconds(30);

    private final int shoppers;
    private final Flood looking;
    private final Flood opening;
    private final Pulse pulse;

    /** Begins at once. */
    Trade(PackagedApp pod, String sku, int shoppers) {
        this.shoppers = shoppers;
        this.looking = Flood.looking(VISITORS, pod.base(), sku);
        this.opening = Flood.openingCarts(shoppers, pod.base(), sku);
        this.pulse = new Pulse(pod);
    }

    /** Visitors of a product. */
    Flood looking() {
        return looking;
    }

    /** Shoppers who put something into a new cart. */
    Flood opening() {
        return opening;
    }

    void awaitOpened() {
        awaitOpened(SOON);
    }

    /** Until more carts were opened than there are shoppers: not only what was under way. */
    void awaitOpened(Duration bound) {
        int before = opening.count("201");
        await().atMost(bound).until(() -> opening.count("201") > before + shoppers);
    }

    /** Who only looks has got what there is, and nobody took the pod for dead. */
    void assertNobodyElseNoticed() {
        assertThat(looking.answers()).containsOnlyKeys("200");
        assertThat(pulse.missed()).isEmpty();
    }

    /** Ends it, and waits for the last answers. */
    @Override
    public void close() throws InterruptedException {
        try (looking;
                opening) {
            pulse.close();
        }
    }

    @Override
    public String toString() {
        return "carts %s, looking %s".formatted(opening.answers(), looking.answers());
    }
}
