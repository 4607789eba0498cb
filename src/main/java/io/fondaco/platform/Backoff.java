package io.fondaco.platform;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before trying again: doubled with each failure, each time up to a fifth more or less, so that not all come
 * back at once.
 *
 * @param initialDelay after the first failure
 * @param maxDelay however many there were
 */
public record Backoff(Duration initialDelay, Duration maxDelay) {
    private static final double JITTER = 0.2;
    private static final int MAX_DOUBLINGS = 30;

    /** @param failures until now, at least 1 */
    public Duration delayAfter(int failures) {
        double jitter = ThreadLocalRandom.current().nextDouble(1 - JITTER, 1 + JITTER);
        double doubled = initialDelay.toMillis() * jitter * Math.scalb(1.0, Math.min(failures - 1, MAX_DOUBLINGS));
        return Duration.ofMillis(Math.min((long) doubled, maxDelay.toMillis()));
    }
}
