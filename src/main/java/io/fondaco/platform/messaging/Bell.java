package io.fondaco.platform.messaging;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes this pod's workers; any number of rings while one works are one. */
@ApplicationScoped
class Bell {
    private final Set<Ear> ears = ConcurrentHashMap.newKeySet();

    /** What one worker hears. */
    static final class Ear {
        private final Semaphore rung = new Semaphore(0);

        /** Waits for a ring, or for the time to pass. */
        boolean await(long nanos) throws InterruptedException {
            boolean heard = rung.tryAcquire(nanos, TimeUnit.NANOSECONDS);
            rung.drainPermits();
            return heard;
        }

        void ring() {
            if (rung.availablePermits() == 0) {
                rung.release();
            }
        }
    }

    Ear listen() {
        Ear ear = new Ear();
        ears.add(ear);
        return ear;
    }

    void ring() {
        ears.forEach(Ear::ring);
    }
}
