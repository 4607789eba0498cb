package io.fondaco.faults;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast the clients of the fault suites go on: as fast as they can in {@code -Pfaults}; with a short pause between two
 * requests in {@code ./mvnw verify}, so that the processors are left to what is tested.
 */
final class Pace {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(Long.getLong("faults.pause", 0));

    private Pace() {}

    /** Returns after the pause between two requests of a client. */
    static void pause() {
        if (PAUSE_NANOS > 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
