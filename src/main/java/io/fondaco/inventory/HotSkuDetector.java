package io.fondaco.inventory;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Detects the SKUs that several checkouts of this pod reserve at the same time. A SKU stays hot for a while, because
 * otherwise it would turn cold whenever a reservation succeeds.
 */
final class HotSkuDetector {
    private final int hotThreshold;
    private final long hotNanos;
    private final Map<String, Integer> inFlight = new ConcurrentHashMap<>();
    private final Map<String, Long> hotSince = new ConcurrentHashMap<>();

    /**
     * @param hotThreshold number of concurrent reservations that makes a SKU hot
     * @param hotFor how long it stays hot after it last reached the threshold
     */
    HotSkuDetector(int hotThreshold, Duration hotFor) {
        this.hotThreshold = hotThreshold;
        this.hotNanos = hotFor.toNanos();
    }

    /**
     * A reservation of these SKUs begins; {@link #leave} must follow.
     *
     * @return whether one of them is hot
     */
    boolean enter(Collection<String> skus) {
        long now = System.nanoTime();
        boolean hot = false;
        for (String sku : skus) {
            if (inFlight.merge(sku, 1, Integer::sum) >= hotThreshold) {
                hotSince.put(sku, now);
            }
            hot |= isHot(sku, now);
        }
        return hot;
    }

    void leave(Collection<String> skus) {
        skus.forEach(sku -> inFlight.computeIfPresent(sku, (_, count) -> count == 1 ? null : count - 1));
        long now = System.nanoTime();
        hotSince.values().removeIf(since -> now - since > hotNanos);
    }

    private boolean isHot(String sku, long now) {
        Long since = hotSince.get(sku);
        return since != null && now - since <= hotNanos;
    }
}
