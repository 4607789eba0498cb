package io.fondaco.inventory;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which SKUs many in this pod want at the same time. One that was hot stays so for a while, or it would be cold at each success. */
final class HotSkuDetector {
    private final int hotThreshold;
    private final long hotNanos;
    private final Map<String, Integer> inFlight = new ConcurrentHashMap<>();
    private final Map<String, Long> hotSince = new ConcurrentHashMap<>();

    /** @param hotAt how many at the same time make a SKU hot */
    HotSkuDetector(int hotAt, Duration hotFor) {
        this.hotThreshold = hotAt;
        this.hotNanos = hotFor.toNanos();
    }

    /** Somebody wants these; {@link #leave} must follow. @return whether one of them is hot */
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
