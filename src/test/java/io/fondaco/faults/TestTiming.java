package io.fondaco.faults;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The think time of clients and the timeout factor. {@code ./mvnw verify} runs the fault tests on machines that may be
 * slow or busy, with both. {@code -Pfaults} runs them alone: clients do not pause and limits are the documented ones.
 */
final class TestTiming {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(Long.getLong("faults.pause", 0));
    private static final int TIMEOUT_FACTOR = Integer.getInteger("faults.patience", 1);

    private TestTiming() {}

    /** Waits for the think time between two requests of a client, which leaves processor time to the pods. */
    static void pause() {
        pause(1);
    }

    /** Waits for several think times, after several requests. */
    static void pause(int thinkTimes) {
        if (PAUSE_NANOS > 0) {
            LockSupport.parkNanos(PAUSE_NANOS * thinkTimes);
        }
    }

    /**
     * Multiplies a limit that is promised for an otherwise idle machine by {@code faults.patience}, which is 1 in
     * {@code -Pfaults}.
     */
    static Duration scaled(Duration promised) {
        return promised.multipliedBy(TIMEOUT_FACTOR);
    }
}
