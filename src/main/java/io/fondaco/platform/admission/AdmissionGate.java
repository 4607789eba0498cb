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
final class AdmissionGate {
    private static final int MIN_SHARE_DIVISOR = 16;
    private static final int OVERLOAD_WAIT_DIVISOR = 10;

    /** A queue that has not been empty for so long stands. */
    private static final long STANDING_QUEUE_NANOS = Duration.ofMillis(100).toNanos();

    private final int capacity;
    private final int minShare;
    private final int maxQueueLength;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<RequestPriority, CandidateQueue> queues = new EnumMap<>(RequestPriority.class);

    /**
     * @param places how many are served at a time
     * @param length how many of a priority may wait
     * @param patience how long those of a priority wait at most
     * @param clock nanoseconds
     */
    AdmissionGate(int places, int length, Function<RequestPriority, Duration> patience, LongSupplier clock) {
        this.capacity = places;
        this.minShare = Math.max(1, places / MIN_SHARE_DIVISOR);
        this.maxQueueLength = length;
        this.clock = clock;
        for (RequestPriority requestPriority : RequestPriority.values()) {
            queues.put(
                    requestPriority,
                    new CandidateQueue(
                            requestPriority != RequestPriority.BUY,
                            maxServed(requestPriority, places),
                            patience.apply(requestPriority).toNanos(),
                            clock.getAsLong()));
        }
    }

    /** So that who buys finds a place without waiting for those that only look, and those without waiting for what can wait. */
    private static int maxServed(RequestPriority requestPriority, int places) {
        int most =
                switch (requestPriority) {
                    case BUY -> places;
                    case BROWSE -> places * 3 / 4;
                    case ADMIN -> places / 2;
                    case BULK -> places / 8;
                };
        return Math.max(1, most);
    }

    /** What becomes of who comes. */
    enum AdmissionResult {
        /** It has a place, to be given back by {@link #release}. */
        ADMITTED,
        /** It will be told. */
        QUEUED,
        /** Too many wait. */
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

        CandidateQueue(boolean shortened, int most, long patience, long now) {
            this.shedsUnderLoad = shortened;
            this.maxServed = most;
            this.maxWaitNanos = patience;
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

    /** Gives a place back; the next one gets it. */
    void release(RequestPriority requestPriority) {
        List<AdmissionCandidate> admitted = new ArrayList<>();
        List<AdmissionCandidate> refused = new ArrayList<>();
        lock.lock();
        try {
            queueOf(requestPriority).served--;
            long now = clock.getAsLong();
            boolean called = true;
            while (called && hasFreeCapacity()) {
                called = admitNext(now, admitted, refused);
            }
        } finally {
            lock.unlock();
        }
        refused.forEach(AdmissionCandidate::reject);
        admitted.forEach(AdmissionCandidate::admit);
    }

    /** Turns away who has waited for too long. @return whether anybody waits still */
    boolean rejectExpired() {
        List<AdmissionCandidate> refused = new ArrayList<>();
        boolean waiting = false;
        lock.lock();
        try {
            long now = clock.getAsLong();
            for (CandidateQueue candidateQueue : queues.values()) {
                removeExpired(candidateQueue, now, candidateQueue.currentMaxWaitNanos(now), refused);
                waiting |= !candidateQueue.waiting.isEmpty();
            }
        } finally {
            lock.unlock();
        }
        refused.forEach(AdmissionCandidate::reject);
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

    private boolean admitNext(long now, List<AdmissionCandidate> admitted, List<AdmissionCandidate> refused) {
        for (CandidateQueue candidateQueue : queues.values()) {
            // A place that is there is given, however short the patience has become.
            removeExpired(candidateQueue, now, candidateQueue.maxWaitNanos, refused);
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
            CandidateQueue candidateQueue, long now, long patience, List<AdmissionCandidate> refused) {
        while (!candidateQueue.waiting.isEmpty()) {
            QueuedCandidate first = candidateQueue.waiting.peek();
            if (!first.candidate().isCancelled()) {
                if (now - first.queuedAt() <= patience) {
                    return;
                }
                refused.add(first.candidate());
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
