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
public final class Sampled<K> {
    /** For the statement of a look: whoever looks every quarter of a minute need not wait longer. */
    public static final int STATEMENT_MILLIS = 5_000;

    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final long longestNanos;
    private volatile @Nullable Look<K> last;

    private record Look<K>(Map<K, Double> figures, long at) {}

    /** Of figures that may be a minute old. */
    public Sampled() {
        this(LONGEST);
    }

    /** @param longest how old a figure may be */
    Sampled(Duration longest) {
        this.longestNanos = longest.toNanos();
    }

    /** Looks; what that throws is the caller's. */
    public void look(Supplier<Map<K, Double>> question) {
        long at = System.nanoTime();
        Look<K> found = null;
        try {
            found = new Look<>(Map.copyOf(question.get()), at);
        } finally {
            last = found;
        }
    }

    /** 0 for what the last look did not find; not a number if nobody knows. */
    public double of(K key) {
        Look<K> look = last;
        return look == null || System.nanoTime() - look.at() > longestNanos
                ? Double.NaN
                : look.figures().getOrDefault(key, 0.0);
    }

    /** What the last look found. */
    public Set<K> keys() {
        Look<K> look = last;
        return look == null ? Set.of() : look.figures().keySet();
    }
}
