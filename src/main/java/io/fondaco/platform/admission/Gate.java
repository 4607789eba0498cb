package io.fondaco.platform.admission;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Serves a bounded number of requests at a time; others wait, by priority, for a bounded time. While a queue stays without having
 * been empty for a moment, more comes than can be served: then its requests wait for a tenth of that only, so that who is served
 * has not waited for long, and who is not knows soon; but who buys rather waits. (Controlled delay: Nichols and Jacobson, ACM Queue 10(5), 2012; for
 * requests: Maurer, ACM Queue 13(8), 2015.)
 *
 * <p>No priority is starved: each may always have a small share of the places.
 */
final class Gate {
    private static final int SHARE_ONE_IN = 16;
    private static final int SHORTER_BY = 10;

    /** A queue that has not been empty for so long stands. */
    private static final long STANDS_AFTER = Duration.ofMillis(100).toNanos();

    private final int places;
    private final int share;
    private final int length;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Priority, Queue> queues = new EnumMap<>(Priority.class);

    /**
     * @param places how many are served at a time
     * @param length how many of a priority may wait
     * @param patience how long those of a priority wait at most
     * @param clock nanoseconds
     */
    Gate(int places, int length, Function<Priority, Duration> patience, LongSupplier clock) {
        this.places = places;
        this.share = Math.max(1, places / SHARE_ONE_IN);
        this.length = length;
        this.clock = clock;
        for (Priority priority : Priority.values()) {
            queues.put(
                    priority,
                    new Queue(
                            priority != Priority.BUY,
                            most(priority, places),
                            patience.apply(priority).toNanos(),
                            clock.getAsLong()));
        }
    }

    /** So that who buys finds a place without waiting for those that only look, and those without waiting for what can wait. */
    private static int most(Priority priority, int places) {
        int most =
                switch (priority) {
                    case BUY -> places;
                    case BROWSE -> places * 3 / 4;
                    case ADMIN -> places / 2;
                    case BULK -> places / 8;
                };
        return Math.max(1, most);
    }

    /** What becomes of who comes. */
    enum Entrance {
        /** It has a place, to be given back by {@link #leave}. */
        ADMITTED,
        /** It will be told. */
        WAITING,
        /** Too many wait. */
        REFUSED
    }

    private record Waiting(Visitor visitor, long since) {}

    private static final class Queue {
        private final Deque<Waiting> waiting = new ArrayDeque<>();
        private final boolean shortened;
        private final int most;
        private final long patience;
        private int served;
        private long emptyAt;

        Queue(boolean shortened, int most, long patience, long now) {
            this.shortened = shortened;
            this.most = most;
            this.patience = patience;
            this.emptyAt = now;
        }

        boolean mayBeServed() {
            return served < most;
        }

        boolean isCalling() {
            return !waiting.isEmpty() && mayBeServed();
        }

        long patience(long now) {
            return shortened && now - emptyAt > STANDS_AFTER ? patience / SHORTER_BY : patience;
        }
    }

    Entrance enter(Visitor visitor) {
        lock.lock();
        try {
            Queue queue = of(visitor.priority());
            long now = clock.getAsLong();
            if (queue.waiting.isEmpty()) {
                queue.emptyAt = now;
            }
            if (isRoom() && queue.mayBeServed()) {
                queue.served++;
                return Entrance.ADMITTED;
            }
            if (queue.waiting.size() >= length) {
                return Entrance.REFUSED;
            }
            queue.waiting.add(new Waiting(visitor, now));
            return Entrance.WAITING;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a place back; the next one gets it. */
    void leave(Priority priority) {
        List<Visitor> admitted = new ArrayList<>();
        List<Visitor> refused = new ArrayList<>();
        lock.lock();
        try {
            of(priority).served--;
            long now = clock.getAsLong();
            boolean called = true;
            while (called && isRoom()) {
                called = callNext(now, admitted, refused);
            }
        } finally {
            lock.unlock();
        }
        refused.forEach(Visitor::refuse);
        admitted.forEach(Visitor::admit);
    }

    /** Turns away who has waited for too long. @return whether anybody waits still */
    boolean sweep() {
        List<Visitor> refused = new ArrayList<>();
        boolean waiting = false;
        lock.lock();
        try {
            long now = clock.getAsLong();
            for (Queue queue : queues.values()) {
                expire(queue, now, queue.patience(now), refused);
                waiting |= !queue.waiting.isEmpty();
            }
        } finally {
            lock.unlock();
        }
        refused.forEach(Visitor::refuse);
        return waiting;
    }

    private boolean isRoom() {
        int taken = 0;
        for (Queue queue : queues.values()) {
            taken += queue.served;
        }
        return taken < places;
    }

    private Queue of(Priority priority) {
        return Objects.requireNonNull(queues.get(priority));
    }

    private boolean callNext(long now, List<Visitor> admitted, List<Visitor> refused) {
        for (Queue queue : queues.values()) {
            // A place that is there is given, however short the patience has become.
            expire(queue, now, queue.patience, refused);
        }
        Queue next = queues.values().stream()
                .filter(Queue::isCalling)
                .filter(queue -> queue.served < share)
                .findFirst()
                .or(() -> queues.values().stream().filter(Queue::isCalling).findFirst())
                .orElse(null);
        if (next == null) {
            return false;
        }
        admitted.add(next.waiting.remove().visitor());
        next.served++;
        return true;
    }

    private static void expire(Queue queue, long now, long patience, List<Visitor> refused) {
        while (!queue.waiting.isEmpty()) {
            Waiting first = queue.waiting.peek();
            if (!first.visitor().isGone()) {
                if (now - first.since() <= patience) {
                    return;
                }
                refused.add(first.visitor());
            }
            queue.waiting.remove();
        }
    }

    int waiting(Priority priority) {
        lock.lock();
        try {
            return of(priority).waiting.size();
        } finally {
            lock.unlock();
        }
    }

    int served(Priority priority) {
        lock.lock();
        try {
            return of(priority).served;
        } finally {
            lock.unlock();
        }
    }
}
