package io.fondaco.platform.monitoring;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values that a worker job refreshes and gauges report in between, so that a scrape costs no database statement. After
 * a failed refresh, or when they are too old, the values are NaN: an old value that looks good would hide the current
 * state.
 *
 * @param <K> the key of each value
 */
public final class GaugeSnapshot<K> {
    /** How often workers refresh. */
    public static final String REFRESH_INTERVAL = "20s";

    /** Statement timeout of a refresh: less than {@link #REFRESH_INTERVAL}, because a longer wait is of no use. */
    public static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration MAX_AGE = Duration.ofMinutes(1);

    private final long maxAgeNanos;
    private volatile @Nullable Snapshot<K> latest;

    private record Snapshot<K>(Map<K, Double> values, long takenAtNanos) {}

    /** Creates a snapshot whose values may be a minute old. */
    public GaugeSnapshot() {
        this(MAX_AGE);
    }

    /** @param maxAge the age from which values are NaN */
    GaugeSnapshot(Duration maxAge) {
        this.maxAgeNanos = maxAge.toNanos();
    }

    /**
     * Replaces the values. An exception of the query is thrown to the caller, and the values are NaN until the next
     * refresh.
     */
    public void refresh(Supplier<Map<K, Double>> query) {
        long at = System.nanoTime();
        Snapshot<K> refreshed = null;
        try {
            refreshed = new Snapshot<>(Map.copyOf(query.get()), at);
        } finally {
            latest = refreshed;
        }
    }

    /** Returns the value of the key: 0 if the last refresh did not contain it, NaN if there are no current values. */
    public double value(K key) {
        Snapshot<K> snapshot = latest;
        return snapshot == null || System.nanoTime() - snapshot.takenAtNanos() > maxAgeNanos
                ? Double.NaN
                : snapshot.values().getOrDefault(key, 0.0);
    }

    /** Returns the keys of the last refresh; empty if it failed. */
    public Set<K> keys() {
        Snapshot<K> snapshot = latest;
        return snapshot == null ? Set.of() : snapshot.values().keySet();
    }
}
