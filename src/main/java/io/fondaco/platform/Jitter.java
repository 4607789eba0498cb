package io.fondaco.platform;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Random deviations, so that processes do not act at the same time. */
public final class Jitter {
    private Jitter() {}

    /**
     * A random factor around 1.
     *
     * @param deviation the largest deviation: 0.2 for a fifth
     */
    public static double factor(double deviation) {
        return ThreadLocalRandom.current().nextDouble(1 - deviation, 1 + deviation);
    }

    /** The duration in nanoseconds, times {@link #factor}. */
    public static long nanos(Duration duration, double deviation) {
        return (long) (duration.toNanos() * factor(deviation));
    }
}
