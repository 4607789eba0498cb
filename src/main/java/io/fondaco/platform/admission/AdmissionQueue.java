package io.fondaco.platform.admission;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A bounded number of permits that waiting threads get in the order of their first arrival; queue length and waiting
 * time are bounded.
 */
final class AdmissionQueue {
    private final int maxLength;
    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Waiter> waiters =
            new PriorityQueue<>(Comparator.<Waiter, Instant>comparing(waiter -> waiter.arrivedAt)
                    .thenComparingLong(waiter -> waiter.sequence));
    private int freePermits;
    private long arrivals;

    /** @param maxLength how many threads may wait */
    AdmissionQueue(int permits, int maxLength) {
        this.freePermits = permits;
        this.maxLength = maxLength;
    }

    private static final class Waiter {
        private final Instant arrivedAt;
        private final long sequence;
        private final Condition turn;
        private boolean admitted;

        Waiter(Instant arrivedAt, long sequence, Condition turn) {
            this.arrivedAt = arrivedAt;
            this.sequence = sequence;
            this.turn = turn;
        }
    }

    /**
     * Takes a permit, which must be returned by {@link #release}.
     *
     * @param arrivedAt when the caller first arrived
     * @return empty if the caller has a permit; otherwise the number of waiters ahead of it, because the queue is full
     *     or {@code maxWait} has passed
     */
    OptionalInt acquire(Instant arrivedAt, Duration maxWait) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (freePermits > 0 && waiters.isEmpty()) {
                freePermits--;
                return OptionalInt.empty();
            }
            Waiter waiter = new Waiter(arrivedAt, arrivals++, lock.newCondition());
            if (waiters.size() >= maxLength) {
                return OptionalInt.of(countAhead(waiter));
            }
            waiters.add(waiter);
            return await(waiter, maxWait);
        } finally {
            lock.unlock();
        }
    }

    private OptionalInt await(Waiter waiter, Duration maxWait) throws InterruptedException {
        long remaining = maxWait.toNanos();
        try {
            while (!waiter.admitted && remaining > 0) {
                remaining = waiter.turn.awaitNanos(remaining);
            }
        } catch (InterruptedException e) {
            if (waiter.admitted) {
                // Admitted at the same moment: pass the permit on.
                handOver();
            } else {
                waiters.remove(waiter);
            }
            throw e;
        }
        if (waiter.admitted) {
            return OptionalInt.empty();
        }
        waiters.remove(waiter);
        return OptionalInt.of(countAhead(waiter));
    }

    private int countAhead(Waiter waiter) {
        return (int) waiters.stream()
                .filter(other -> waiters.comparator().compare(other, waiter) < 0)
                .count();
    }

    /** Returns a permit; the waiter that arrived first gets it. */
    void release() {
        lock.lock();
        try {
            handOver();
        } finally {
            lock.unlock();
        }
    }

    private void handOver() {
        Waiter next = waiters.poll();
        if (next == null) {
            freePermits++;
        } else {
            next.admitted = true;
            next.turn.signal();
        }
    }

    int size() {
        lock.lock();
        try {
            return waiters.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Estimated wait for this number of waiters, at the given nanoseconds each and with this number of permits; whole
     * seconds, 1 to 60.
     */
    static Duration estimateWait(int ahead, int permits, long nanosEach) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nanosEach * (ahead + 1) / permits) + 1;
        return Duration.ofSeconds(Math.clamp(seconds, 1, 60));
    }
}
