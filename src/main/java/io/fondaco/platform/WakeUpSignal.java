package io.fondaco.platform;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes a waiting worker loop; several signals while it works count as one. */
public final class WakeUpSignal {
    private final Semaphore permits = new Semaphore(0);

    /**
     * Waits for a signal, at most for the given time.
     *
     * @return whether there was a signal
     */
    public boolean await(Duration timeout) throws InterruptedException {
        boolean signalled = permits.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS);
        permits.drainPermits();
        return signalled;
    }

    public void signal() {
        if (permits.availablePermits() == 0) {
            permits.release();
        }
    }
}
