package io.fondaco.platform.monitoring;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Figures that a job of workers looks up now and then, and gauges tell in between: what costs the database a statement is not asked
 * for by every scrape. Once a look has failed, or is too long ago, they are not a number: an old one that looks good would hide what
 * has become of it.
 *
 * @param <K> by what there is a figure each
 */
public final class GaugeSnapshot<K> {
    /** For the statement of a look: whoever looks every quarter of a minute need not wait longer. */
    public static final int STATEMENT_TIMEOUT_MILLIS = 5_000;

    private static final Duration MAX_AGE = Duration.ofMinutes(1);

    private final long maxAgeNanos;
    private volatile @Nullable Snapshot<K> latest;

    private record Snapshot<K>(Map<K, Double> values, long takenAtNanos) {}

    /** Of figures that may be a minute old. */
    public GaugeSnapshot() {
        this(MAX_AGE);
    }

    /** @param longest how old a figure may be */
    GaugeSnapshot(Duration longest) {
        this.maxAgeNanos = longest.toNanos();
    }

    /** Looks; what that throws is the caller's. */
    public void refresh(Supplier<Map<K, Double>> question) {
        long at = System.nanoTime();
        Snapshot<K> found = null;
        try {
            found = new Snapshot<>(Map.copyOf(question.get()), at);
        } finally {
            latest = found;
        }
    }

    /** 0 for what the last look did not find; not a number if nobody knows. */
    public double value(K key) {
        Snapshot<K> snapshot = latest;
        return snapshot == null || System.nanoTime() - snapshot.takenAtNanos() > maxAgeNanos
                ? Double.NaN
                : snapshot.values().getOrDefault(key, 0.0);
    }

    /** What the last look found. */
    public Set<K> keys() {
        Snapshot<K> snapshot = latest;
        return snapshot == null ? Set.of() : snapshot.values().keySet();
    }
}
