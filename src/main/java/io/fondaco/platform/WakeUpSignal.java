package io.fondaco.platform;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** What a worker listens with while it has nothing to do. Any number of rings while it works are one. */
public final class WakeUpSignal {
    private final Semaphore permits = new Semaphore(0);

    /** Waits for a ring, or for the time to pass. @return whether there was one */
    public boolean await(Duration longest) throws InterruptedException {
        boolean heard = permits.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS);
        permits.drainPermits();
        return heard;
    }

    public void signal() {
        if (permits.availablePermits() == 0) {
            permits.release();
        }
    }
}
