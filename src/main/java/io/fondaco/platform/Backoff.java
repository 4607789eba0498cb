package io.fondaco.platform;

import java.time.Duration;

/**
 * Delay before the next attempt: doubles with each failure and varies at random by up to a fifth, so that clients do
 * not retry at the same time.
 *
 * @param initialDelay after the first failure
 * @param maxDelay upper limit for any number of failures
 */
public record Backoff(Duration initialDelay, Duration maxDelay) {
    /** The random deviation, as a part of the delay. */
    public static final double JITTER = 0.2;

    public static final int MAX_DOUBLINGS = 30;

    /** @param failures number of failures so far, at least 1 */
    public Duration delayAfter(int failures) {
        double doubled = initialDelay.toMillis()
                * Jitter.factor(JITTER)
                * Math.scalb(1.0, Math.min(failures - 1, MAX_DOUBLINGS));
        return Duration.ofMillis(Math.min((long) doubled, maxDelay.toMillis()));
    }
}
