package io.fondaco.platform;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Tells background work how often it is needed: often while requests use its results, rarely in an idle time. Requests
 * that end an idle time can wait until the work has caught up.
 */
public final class IdleTime {
    private static final long IDLE_AFTER_NANOS = Duration.ofSeconds(2).toNanos();

    /** How precisely the time of the last use is recorded; less precision means fewer writes to shared memory. */
    private static final long USE_PRECISION_NANOS = Duration.ofMillis(50).toNanos();

    private final long catchUpTimeoutMillis;
    private final Object lock = new Object();
    private volatile long lastUse = System.nanoTime();
    private volatile CompletableFuture<Void> catchUp = CompletableFuture.completedFuture(null);

    /** @param catchUpTimeout how long requests wait at most until the work has caught up */
    public IdleTime(Duration catchUpTimeout) {
        this.catchUpTimeoutMillis = catchUpTimeout.toMillis();
    }

    /**
     * Whether nothing was used for two seconds.
     *
     * @param now by {@link System#nanoTime}
     */
    public boolean isIdle(long now) {
        return now - lastUse > IDLE_AFTER_NANOS;
    }

    /**
     * Records a use. Does not block, and costs almost nothing unless it ends an idle time.
     *
     * @param now by {@link System#nanoTime}
     * @param startCatchUp called by the use that ends an idle time; its result completes when the work has caught up
     * @return whether this use ends an idle time: the work is needed often from now on
     */
    public boolean recordUse(long now, Supplier<CompletableFuture<Void>> startCatchUp) {
        if (isIdle(now)) {
            return endIdleTime(now, startCatchUp);
        }
        if (now - lastUse > USE_PRECISION_NANOS) {
            lastUse = now;
        }
        return false;
    }

    private boolean endIdleTime(long now, Supplier<CompletableFuture<Void>> startCatchUp) {
        synchronized (lock) {
            if (!isIdle(now)) {
                return false;
            }
            catchUp = startCatchUp.get().completeOnTimeout(null, catchUpTimeoutMillis, TimeUnit.MILLISECONDS);
            // Last: a request that sees this time sees the new catch-up, too.
            lastUse = now;
            return true;
        }
    }

    /** The catch-up of the last idle time that has ended. */
    public CompletableFuture<Void> catchUp() {
        return catchUp;
    }

    /** Waits until the work has caught up after an idle time that has just ended, at most for the timeout. */
    public void awaitCatchUp() {
        CompletableFuture<Void> current = catchUp;
        if (!current.isDone()) {
            current.join();
        }
    }
}
