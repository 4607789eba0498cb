package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.process.PackagedApp;
import java.time.Duration;

/**
 * Traffic at a pod during a database fault: visitors read a product, shoppers create carts, and liveness probes run.
 */
final class OutageTraffic implements AutoCloseable {
    private static final int VISITORS = 2;
    private static final Duration CREATE_TIMEOUT = Duration.ofSeconds(30);

    private final int shopperCount;
    private final LoadGenerator browsing;
    private final LoadGenerator cartCreation;
    private final LivenessProbe livenessProbe;

    /** Starts immediately. */
    OutageTraffic(PackagedApp pod, String sku, int shoppers) {
        this.shopperCount = shoppers;
        this.browsing = LoadGenerator.browsing(VISITORS, pod.base(), sku);
        this.cartCreation = LoadGenerator.creatingCarts(shoppers, pod.base(), sku);
        this.livenessProbe = new LivenessProbe(pod);
    }

    /** Clients that read a product. */
    LoadGenerator browsing() {
        return browsing;
    }

    /** Clients that create carts. */
    LoadGenerator cartCreation() {
        return cartCreation;
    }

    void awaitCartsCreated() {
        awaitCartsCreated(CREATE_TIMEOUT);
    }

    /**
     * Waits until more carts are created than there are shoppers, so that requests already in flight do not suffice.
     */
    void awaitCartsCreated(Duration bound) {
        int before = cartCreation.count("201");
        await().atMost(bound).until(() -> cartCreation.count("201") > before + shopperCount);
    }

    /** All reads succeeded and no liveness probe failed. */
    void assertReadsAndLivenessUnaffected() {
        assertThat(browsing.responseCounts()).containsOnlyKeys("200");
        assertThat(livenessProbe.failures()).isEmpty();
    }

    /** Stops the traffic and waits for the last responses. */
    @Override
    public void close() throws InterruptedException {
        try (browsing;
                cartCreation) {
            livenessProbe.close();
        }
    }

    @Override
    public String toString() {
        return "carts %s, browsing %s".formatted(cartCreation.responseCounts(), browsing.responseCounts());
    }
}
