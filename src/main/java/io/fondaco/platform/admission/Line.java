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
final class Line {
    private final int length;
    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Waiting> line =
            new PriorityQueue<>(Comparator.<Waiting, Instant>comparing(waiting -> waiting.came)
                    .thenComparingLong(waiting -> waiting.number));
    private int free;
    private long arrivals;

    /** @param length how many may stand in it */
    Line(int places, int length) {
        this.free = places;
        this.length = length;
    }

    private static final class Waiting {
        private final Instant came;
        private final long number;
        private final Condition called;
        private boolean served;

        Waiting(Instant came, long number, Condition called) {
            this.came = came;
            this.number = number;
            this.called = called;
        }
    }

    /**
     * Takes a place, which must be given back with {@link #leave}.
     *
     * @param came when the caller first came
     * @return empty when it has one; else how many are before it, which it found too many or waited for in vain
     */
    OptionalInt enter(Instant came, Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (free > 0 && line.isEmpty()) {
                free--;
                return OptionalInt.empty();
            }
            Waiting me = new Waiting(came, arrivals++, lock.newCondition());
            if (line.size() >= length) {
                return OptionalInt.of(before(me));
            }
            line.add(me);
            return await(me, patience);
        } finally {
            lock.unlock();
        }
    }

    private OptionalInt await(Waiting me, Duration patience) throws InterruptedException {
        long left = patience.toNanos();
        try {
            while (!me.served && left > 0) {
                left = me.called.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            if (me.served) {
                // Called in the same moment: the place goes to the next one.
                give();
            } else {
                line.remove(me);
            }
            throw e;
        }
        if (me.served) {
            return OptionalInt.empty();
        }
        line.remove(me);
        return OptionalInt.of(before(me));
    }

    private int before(Waiting me) {
        return (int) line.stream()
                .filter(other -> line.comparator().compare(other, me) < 0)
                .count();
    }

    /** Gives a place back; who came first gets it. */
    void leave() {
        lock.lock();
        try {
            give();
        } finally {
            lock.unlock();
        }
    }

    private void give() {
        Waiting next = line.poll();
        if (next == null) {
            free++;
        } else {
            next.served = true;
            next.called.signal();
        }
    }

    int size() {
        lock.lock();
        try {
            return line.size();
        } finally {
            lock.unlock();
        }
    }

    /** How long so many take, at so many nanoseconds each with these places; whole seconds, 1 to 60. */
    static Duration until(int before, int places, long nanosEach) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nanosEach * (before + 1) / places) + 1;
        return Duration.ofSeconds(Math.clamp(seconds, 1, 60));
    }
}
