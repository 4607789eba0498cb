package io.fondaco.platform;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** What a worker listens with while it has nothing to do. Any number of rings while it works are one. */
public final class Ear {
    private final Semaphore rung = new Semaphore(0);

    /** Waits for a ring, or for the time to pass. @return whether there was one */
    public boolean await(Duration longest) throws InterruptedException {
        boolean heard = rung.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS);
        rung.drainPermits();
        return heard;
    }

    public void ring() {
        if (rung.availablePermits() == 0) {
            rung.release();
        }
    }
}
