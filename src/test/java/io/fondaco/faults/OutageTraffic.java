package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.process.PackagedApp;
import java.time.Duration;

/** What goes on at a pod while its database is in trouble: visitors look, shoppers open carts, and the orchestrator asks whether it lives. */
final class OutageTraffic implements AutoCloseable {
    private static final int VISITORS = 2;
    private static final Duration SOON = Duration.ofSeconds(30);

    private final int shopperCount;
    private final LoadGenerator browsing;
    private final LoadGenerator cartCreation;
    private final LivenessProbe livenessProbe;

    /** Begins at once. */
    OutageTraffic(PackagedApp pod, String sku, int shoppers) {
        this.shopperCount = shoppers;
        this.browsing = LoadGenerator.browsing(VISITORS, pod.base(), sku);
        this.cartCreation = LoadGenerator.creatingCarts(shoppers, pod.base(), sku);
        this.livenessProbe = new LivenessProbe(pod);
    }

    /** Visitors of a product. */
    LoadGenerator browsing() {
        return browsing;
    }

    /** Shoppers who put something into a new cart. */
    LoadGenerator cartCreation() {
        return cartCreation;
    }

    void awaitCartsCreated() {
        awaitCartsCreated(SOON);
    }

    /** Until more carts were opened than there are shoppers: not only what was under way. */
    void awaitCartsCreated(Duration bound) {
        int before = cartCreation.count("201");
        await().atMost(bound).until(() -> cartCreation.count("201") > before + shopperCount);
    }

    /** Who only looks has got what there is, and nobody took the pod for dead. */
    void assertReadsAndLivenessUnaffected() {
        assertThat(browsing.responseCounts()).containsOnlyKeys("200");
        assertThat(livenessProbe.failures()).isEmpty();
    }

    /** Ends it, and waits for the last answers. */
    @Override
    public void close() throws InterruptedException {
        try (browsing;
                cartCreation) {
            livenessProbe.close();
        }
    }

    @Override
    public String toString() {
        return "carts %s, looking %s".formatted(cartCreation.responseCounts(), browsing.responseCounts());
    }
}
