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
 * Serves a bounded number of requests at a time; others wait in one queue per priority, for a bounded time. A queue
 * that has not been empty for 100 ms is a standing queue: more requests arrive than can be served. Its requests then
 * wait only a tenth of their time, so that admitted requests have not waited long and the others are rejected soon;
 * requests that buy keep their full time. (Controlled delay: Nichols and Jacobson, ACM Queue 10(5), 2012; for requests:
 * Maurer, ACM Queue 13(8), 2015.)
 *
 * <p>No priority is starved: each may always have a sixteenth of the permits.
 */
final class AdmissionGate {
    private static final int MIN_SHARE_DIVISOR = 16;
    private static final int OVERLOAD_WAIT_DIVISOR = 10;

    /** A queue that has not been empty for longer than this is a standing queue. */
    private static final long STANDING_QUEUE_NANOS = Duration.ofMillis(100).toNanos();

    private final int capacity;
    private final int minShare;
    private final int maxQueueLength;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<RequestPriority, CandidateQueue> queues = new EnumMap<>(RequestPriority.class);

    /**
     * @param capacity how many requests are served at a time
     * @param maxQueueLength how many requests of each priority may wait
     * @param maxWait how long requests of a priority may wait
     * @param clock nanoseconds
     */
    AdmissionGate(int capacity, int maxQueueLength, Function<RequestPriority, Duration> maxWait, LongSupplier clock) {
        this.capacity = capacity;
        this.minShare = Math.max(1, capacity / MIN_SHARE_DIVISOR);
        this.maxQueueLength = maxQueueLength;
        this.clock = clock;
        for (RequestPriority requestPriority : RequestPriority.values()) {
            queues.put(
                    requestPriority,
                    new CandidateQueue(
                            requestPriority != RequestPriority.BUY,
                            maxServed(requestPriority, capacity),
                            maxWait.apply(requestPriority).toNanos(),
                            clock.getAsLong()));
        }
    }

    /** Upper limits per priority: buying is never blocked by browsing, nor browsing by work that can wait. */
    private static int maxServed(RequestPriority requestPriority, int capacity) {
        int limit =
                switch (requestPriority) {
                    case BUY -> capacity;
                    case BROWSE -> capacity * 3 / 4;
                    case ADMIN -> capacity / 2;
                    case BULK -> capacity / 8;
                };
        return Math.max(1, limit);
    }

    /** Result of trying to enter. */
    enum AdmissionResult {
        /** The request may run; its permit must be returned by {@link #release}. */
        ADMITTED,
        /** The request waits; it will be admitted or rejected later. */
        QUEUED,
        /** Too many requests wait. */
        REJECTED
    }

    private record QueuedCandidate(AdmissionCandidate candidate, long queuedAt) {}

    private static final class CandidateQueue {
        private final Deque<QueuedCandidate> waiting = new ArrayDeque<>();
        private final boolean shedsUnderLoad;
        private final int maxServed;
        private final long maxWaitNanos;
        private int served;
        private long lastEmptyAt;

        CandidateQueue(boolean shedsUnderLoad, int maxServed, long maxWaitNanos, long now) {
            this.shedsUnderLoad = shedsUnderLoad;
            this.maxServed = maxServed;
            this.maxWaitNanos = maxWaitNanos;
            this.lastEmptyAt = now;
        }

        boolean hasCapacity() {
            return served < maxServed;
        }

        boolean canAdmitNext() {
            return !waiting.isEmpty() && hasCapacity();
        }

        long currentMaxWaitNanos(long now) {
            return shedsUnderLoad && now - lastEmptyAt > STANDING_QUEUE_NANOS
                    ? maxWaitNanos / OVERLOAD_WAIT_DIVISOR
                    : maxWaitNanos;
        }
    }

    AdmissionResult acquire(AdmissionCandidate admissionCandidate) {
        lock.lock();
        try {
            CandidateQueue candidateQueue = queueOf(admissionCandidate.priority());
            long now = clock.getAsLong();
            if (candidateQueue.waiting.isEmpty()) {
                candidateQueue.lastEmptyAt = now;
            }
            if (hasFreeCapacity() && candidateQueue.hasCapacity()) {
                candidateQueue.served++;
                return AdmissionResult.ADMITTED;
            }
            if (candidateQueue.waiting.size() >= maxQueueLength) {
                return AdmissionResult.REJECTED;
            }
            candidateQueue.waiting.add(new QueuedCandidate(admissionCandidate, now));
            return AdmissionResult.QUEUED;
        } finally {
            lock.unlock();
        }
    }

    /** Returns a permit; the next waiting request gets it. */
    void release(RequestPriority requestPriority) {
        List<AdmissionCandidate> admitted = new ArrayList<>();
        List<AdmissionCandidate> rejected = new ArrayList<>();
        lock.lock();
        try {
            queueOf(requestPriority).served--;
            long now = clock.getAsLong();
            boolean found = true;
            while (found && hasFreeCapacity()) {
                found = admitNext(now, admitted, rejected);
            }
        } finally {
            lock.unlock();
        }
        rejected.forEach(AdmissionCandidate::reject);
        admitted.forEach(AdmissionCandidate::admit);
    }

    /**
     * Rejects requests that have waited too long.
     *
     * @return whether any request still waits
     */
    boolean rejectExpired() {
        List<AdmissionCandidate> rejected = new ArrayList<>();
        boolean waiting = false;
        lock.lock();
        try {
            long now = clock.getAsLong();
            for (CandidateQueue candidateQueue : queues.values()) {
                removeExpired(candidateQueue, now, candidateQueue.currentMaxWaitNanos(now), rejected);
                waiting |= !candidateQueue.waiting.isEmpty();
            }
        } finally {
            lock.unlock();
        }
        rejected.forEach(AdmissionCandidate::reject);
        return waiting;
    }

    private boolean hasFreeCapacity() {
        int taken = 0;
        for (CandidateQueue candidateQueue : queues.values()) {
            taken += candidateQueue.served;
        }
        return taken < capacity;
    }

    private CandidateQueue queueOf(RequestPriority requestPriority) {
        return Objects.requireNonNull(queues.get(requestPriority));
    }

    private boolean admitNext(long now, List<AdmissionCandidate> admitted, List<AdmissionCandidate> rejected) {
        for (CandidateQueue candidateQueue : queues.values()) {
            // Here the full wait counts: a free permit is used, even in a standing queue.
            removeExpired(candidateQueue, now, candidateQueue.maxWaitNanos, rejected);
        }
        CandidateQueue next = queues.values().stream()
                .filter(CandidateQueue::canAdmitNext)
                .filter(candidateQueue -> candidateQueue.served < minShare)
                .findFirst()
                .or(() -> queues.values().stream()
                        .filter(CandidateQueue::canAdmitNext)
                        .findFirst())
                .orElse(null);
        if (next == null) {
            return false;
        }
        admitted.add(next.waiting.remove().candidate());
        next.served++;
        return true;
    }

    private static void removeExpired(
            CandidateQueue candidateQueue, long now, long maxWaitNanos, List<AdmissionCandidate> rejected) {
        while (!candidateQueue.waiting.isEmpty()) {
            QueuedCandidate first = candidateQueue.waiting.peek();
            if (!first.candidate().isCancelled()) {
                if (now - first.queuedAt() <= maxWaitNanos) {
                    return;
                }
                rejected.add(first.candidate());
            }
            candidateQueue.waiting.remove();
        }
    }

    int countQueued(RequestPriority requestPriority) {
        lock.lock();
        try {
            return queueOf(requestPriority).waiting.size();
        } finally {
            lock.unlock();
        }
    }

    int countServed(RequestPriority requestPriority) {
        lock.lock();
        try {
            return queueOf(requestPriority).served;
        } finally {
            lock.unlock();
        }
    }
}
