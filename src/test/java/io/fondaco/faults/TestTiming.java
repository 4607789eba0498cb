package io.fondaco.faults;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What differs between the fault suites in {@code ./mvnw verify}, which runs on machines of any speed beside anything else, and
 * in {@code -Pfaults}, which runs alone: there clients go on as fast as they can and limits are what is promised.
 */
final class TestTiming {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(Long.getLong("faults.pause", 0));
    private static final int TIMEOUT_FACTOR = Integer.getInteger("faults.patience", 1);

    private TestTiming() {}

    /** Returns after the pause between two requests of a client, which leaves the processors to what is tested. */
    static void pause() {
        if (PAUSE_NANOS > 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /**
     * How long a test waits for what is promised within this time on processors that have nothing else to do: just so long in
     * {@code -Pfaults}, {@code faults.patience} times as long otherwise.
     */
    static Duration scaled(Duration promised) {
        return promised.multipliedBy(TIMEOUT_FACTOR);
    }
}
