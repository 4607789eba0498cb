package io.fondaco.platform.admission;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Places that are given to who came first; bounded in places, in length and in patience. */
final class AdmissionQueue {
    private final int maxLength;
    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Waiter> waiters =
            new PriorityQueue<>(Comparator.<Waiter, Instant>comparing(waiter -> waiter.arrivedAt)
                    .thenComparingLong(waiter -> waiter.sequence));
    private int freePermits;
    private long arrivals;

    /** @param length how many may stand in it */
    AdmissionQueue(int places, int length) {
        this.freePermits = places;
        this.maxLength = length;
    }

    private static final class Waiter {
        private final Instant arrivedAt;
        private final long sequence;
        private final Condition turn;
        private boolean admitted;

        Waiter(Instant came, long number, Condition called) {
            this.arrivedAt = came;
            this.sequence = number;
            this.turn = called;
        }
    }

    /**
     * Takes a place, which must be given back with {@link #release}.
     *
     * @param came when the caller first came
     * @return empty when it has one; else how many are before it, which it found too many or waited for in vain
     */
    OptionalInt acquire(Instant came, Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (freePermits > 0 && waiters.isEmpty()) {
                freePermits--;
                return OptionalInt.empty();
            }
            Waiter me = new Waiter(came, arrivals++, lock.newCondition());
            if (waiters.size() >= maxLength) {
                return OptionalInt.of(countAhead(me));
            }
            waiters.add(me);
            return await(me, patience);
        } finally {
            lock.unlock();
        }
    }

    private OptionalInt await(Waiter me, Duration patience) throws InterruptedException {
        long left = patience.toNanos();
        try {
            while (!me.admitted && left > 0) {
                left = me.turn.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            if (me.admitted) {
                // Called in the same moment: the place goes to the next one.
                handOver();
            } else {
                waiters.remove(me);
            }
            throw e;
        }
        if (me.admitted) {
            return OptionalInt.empty();
        }
        waiters.remove(me);
        return OptionalInt.of(countAhead(me));
    }

    private int countAhead(Waiter me) {
        return (int) waiters.stream()
                .filter(other -> waiters.comparator().compare(other, me) < 0)
                .count();
    }

    /** Gives a place back; who came first gets it. */
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

    /** How long so many take, at so many nanoseconds each with these places; whole seconds, 1 to 60. */
    static Duration estimateWait(int before, int places, long nanosEach) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nanosEach * (before + 1) / places) + 1;
        return Duration.ofSeconds(Math.clamp(seconds, 1, 60));
    }
}
