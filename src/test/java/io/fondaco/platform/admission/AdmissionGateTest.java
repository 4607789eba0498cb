package io.fondaco.platform.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdmissionGateTest {
    private static final int CAPACITY = 32;
    private static final int MAX_QUEUE_LENGTH = 100;

    private final AtomicLong now = new AtomicLong(1_000_000_000_000L);
    private final List<TestCandidate> admitted = new ArrayList<>();
    private final List<TestCandidate> rejected = new ArrayList<>();
    private final AdmissionGate admissionGate = gate(Map.of(
            RequestPriority.BUY, Duration.ofSeconds(1),
            RequestPriority.BROWSE, Duration.ofMillis(500),
            RequestPriority.ADMIN, Duration.ofMillis(500),
            RequestPriority.BULK, Duration.ofMillis(200)));

    private AdmissionGate gate(Map<RequestPriority, Duration> maxWait) {
        return new AdmissionGate(CAPACITY, MAX_QUEUE_LENGTH, maxWait::get, now::get);
    }

    private final class TestCandidate implements AdmissionCandidate {
        private final RequestPriority requestPriority;
        private boolean cancelled;

        TestCandidate(RequestPriority requestPriority) {
            this.requestPriority = requestPriority;
        }

        @Override
        public RequestPriority priority() {
            return requestPriority;
        }

        @Override
        public void admit() {
            admitted.add(this);
        }

        @Override
        public void reject() {
            rejected.add(this);
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    }

    private AdmissionGate.AdmissionResult acquire(RequestPriority requestPriority) {
        return admissionGate.acquire(new TestCandidate(requestPriority));
    }

    private void acquire(RequestPriority requestPriority, int times, AdmissionGate.AdmissionResult expected) {
        for (int i = 0; i < times; i++) {
            assertThat(acquire(requestPriority)).isEqualTo(expected);
        }
    }

    private void advanceClock(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private List<RequestPriority> priorities(List<TestCandidate> candidates) {
        return candidates.stream().map(TestCandidate::priority).toList();
    }

    @Test
    void servedAndQueuedRequestsAreBoundedAndTheRestIsRejected() {
        acquire(RequestPriority.BUY, CAPACITY, AdmissionGate.AdmissionResult.ADMITTED);
        acquire(RequestPriority.BUY, MAX_QUEUE_LENGTH, AdmissionGate.AdmissionResult.QUEUED);
        acquire(RequestPriority.BUY, 3, AdmissionGate.AdmissionResult.REJECTED);
        assertThat(admissionGate.countServed(RequestPriority.BUY)).isEqualTo(CAPACITY);
        assertThat(admissionGate.countQueued(RequestPriority.BUY)).isEqualTo(MAX_QUEUE_LENGTH);
    }

    @Test
    void queuedRequestsAreAdmittedInOrderOfPriority() {
        // Each priority already has its minimum share: 2 of 32.
        acquire(RequestPriority.ADMIN, 2, AdmissionGate.AdmissionResult.ADMITTED);
        acquire(RequestPriority.BULK, 2, AdmissionGate.AdmissionResult.ADMITTED);
        acquire(RequestPriority.BROWSE, 2, AdmissionGate.AdmissionResult.ADMITTED);
        acquire(RequestPriority.BUY, CAPACITY - 6, AdmissionGate.AdmissionResult.ADMITTED);
        for (RequestPriority waiting :
                List.of(RequestPriority.BULK, RequestPriority.ADMIN, RequestPriority.BROWSE, RequestPriority.BUY)) {
            acquire(waiting, 1, AdmissionGate.AdmissionResult.QUEUED);
        }
        for (int i = 0; i < 4; i++) {
            admissionGate.release(RequestPriority.BUY);
        }
        assertThat(priorities(admitted))
                .containsExactly(
                        RequestPriority.BUY, RequestPriority.BROWSE, RequestPriority.ADMIN, RequestPriority.BULK);
    }

    @Test
    void buyingIsAdmittedWhileAdminAndBulkAreAtTheirLimits() {
        acquire(RequestPriority.BULK, CAPACITY / 8, AdmissionGate.AdmissionResult.ADMITTED);
        acquire(RequestPriority.BULK, 1, AdmissionGate.AdmissionResult.QUEUED);
        acquire(RequestPriority.ADMIN, CAPACITY / 2, AdmissionGate.AdmissionResult.ADMITTED);
        acquire(RequestPriority.ADMIN, 1, AdmissionGate.AdmissionResult.QUEUED);
        acquire(RequestPriority.BUY, CAPACITY - CAPACITY / 8 - CAPACITY / 2, AdmissionGate.AdmissionResult.ADMITTED);
    }

    @Test
    void browsingLeavesAQuarterOfTheCapacityFree() {
        acquire(RequestPriority.BROWSE, CAPACITY * 3 / 4, AdmissionGate.AdmissionResult.ADMITTED);
        acquire(RequestPriority.BROWSE, 1, AdmissionGate.AdmissionResult.QUEUED);
        acquire(RequestPriority.BUY, CAPACITY / 4, AdmissionGate.AdmissionResult.ADMITTED);
        admissionGate.release(RequestPriority.BUY);
        assertThat(admitted).isEmpty();
        admissionGate.release(RequestPriority.BROWSE);
        assertThat(priorities(admitted)).containsExactly(RequestPriority.BROWSE);
    }

    @Test
    void everyPriorityGetsItsMinimumShare() {
        acquire(RequestPriority.BUY, CAPACITY, AdmissionGate.AdmissionResult.ADMITTED);
        acquire(RequestPriority.BUY, 50, AdmissionGate.AdmissionResult.QUEUED);
        acquire(RequestPriority.ADMIN, 5, AdmissionGate.AdmissionResult.QUEUED);
        for (int i = 0; i < 10; i++) {
            admissionGate.release(RequestPriority.BUY);
        }
        assertThat(priorities(admitted))
                .filteredOn(RequestPriority.ADMIN::equals)
                .hasSize(CAPACITY / 16);
    }

    @Test
    void bulkNeverExceedsItsLimit() {
        acquire(RequestPriority.BULK, CAPACITY / 8, AdmissionGate.AdmissionResult.ADMITTED);
        acquire(RequestPriority.BULK, 1, AdmissionGate.AdmissionResult.QUEUED);
        acquire(RequestPriority.BROWSE, 1, AdmissionGate.AdmissionResult.ADMITTED);
        admissionGate.release(RequestPriority.BROWSE);
        assertThat(admitted).isEmpty();
        admissionGate.release(RequestPriority.BULK);
        assertThat(priorities(admitted)).containsExactly(RequestPriority.BULK);
    }

    @Test
    void burstKeepsItsFullMaxWait() {
        acquire(RequestPriority.BROWSE, CAPACITY * 3 / 4, AdmissionGate.AdmissionResult.ADMITTED);
        acquire(RequestPriority.BROWSE, 1, AdmissionGate.AdmissionResult.QUEUED);
        advanceClock(Duration.ofMillis(99));
        assertThat(admissionGate.rejectExpired()).isTrue();
        assertThat(rejected).isEmpty();
        admissionGate.release(RequestPriority.BROWSE);
        assertThat(admitted).hasSize(1);
    }

    @Test
    void standingQueueReducesMaxWaitToATenth() {
        acquire(RequestPriority.BROWSE, CAPACITY * 3 / 4, AdmissionGate.AdmissionResult.ADMITTED);
        acquire(RequestPriority.BROWSE, 1, AdmissionGate.AdmissionResult.QUEUED);
        advanceClock(Duration.ofMillis(90));
        acquire(RequestPriority.BROWSE, 1, AdmissionGate.AdmissionResult.QUEUED);
        advanceClock(Duration.ofMillis(20));
        assertThat(admissionGate.rejectExpired())
                .as("the second has waited for 20 ms of 50")
                .isTrue();
        assertThat(rejected).hasSize(1);
        advanceClock(Duration.ofMillis(31));
        assertThat(admissionGate.rejectExpired()).isFalse();
        assertThat(rejected).hasSize(2);
        // The queue has been empty: a burst may wait again.
        acquire(RequestPriority.BROWSE, 1, AdmissionGate.AdmissionResult.QUEUED);
        advanceClock(Duration.ofMillis(99));
        assertThat(admissionGate.rejectExpired()).isTrue();
    }

    @Test
    void freeCapacityAdmitsEvenFromAStandingQueue() {
        acquire(RequestPriority.BROWSE, CAPACITY * 3 / 4, AdmissionGate.AdmissionResult.ADMITTED);
        acquire(RequestPriority.BROWSE, 1, AdmissionGate.AdmissionResult.QUEUED);
        advanceClock(Duration.ofMillis(200));
        admissionGate.release(RequestPriority.BROWSE);
        assertThat(admitted).hasSize(1);
        assertThat(rejected).isEmpty();
    }

    @Test
    void buyingKeepsItsFullMaxWaitInAStandingQueue() {
        acquire(RequestPriority.BUY, CAPACITY, AdmissionGate.AdmissionResult.ADMITTED);
        acquire(RequestPriority.BUY, 1, AdmissionGate.AdmissionResult.QUEUED);
        advanceClock(Duration.ofMillis(999));
        assertThat(admissionGate.rejectExpired()).isTrue();
        advanceClock(Duration.ofMillis(2));
        assertThat(admissionGate.rejectExpired()).isFalse();
        assertThat(rejected).hasSize(1);
    }

    @Test
    void cancelledRequestIsNeitherAdmittedNorRejected() {
        acquire(RequestPriority.BUY, CAPACITY, AdmissionGate.AdmissionResult.ADMITTED);
        TestCandidate cancelled = new TestCandidate(RequestPriority.BUY);
        TestCandidate waiting = new TestCandidate(RequestPriority.BUY);
        assertThat(admissionGate.acquire(cancelled)).isEqualTo(AdmissionGate.AdmissionResult.QUEUED);
        assertThat(admissionGate.acquire(waiting)).isEqualTo(AdmissionGate.AdmissionResult.QUEUED);
        cancelled.cancelled = true;
        admissionGate.release(RequestPriority.BUY);
        assertThat(admitted).containsExactly(waiting);
        assertThat(rejected).isEmpty();
    }

    /**
     * In a random sequence no request is notified twice, no permit is lost or created, and all queues are empty in the
     * end.
     */
    @Test
    void permitsAreNeitherLostNorCreated() {
        Random random = new Random(7);
        Map<RequestPriority, Integer> running = new EnumMap<>(RequestPriority.class);
        int requests = 0;
        int admittedImmediately = 0;
        int rejectedImmediately = 0;
        int seen = 0;
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(100) < 60) {
                RequestPriority requestPriority =
                        RequestPriority.values()[random.nextInt(RequestPriority.values().length)];
                requests++;
                switch (acquire(requestPriority)) {
                    case ADMITTED -> {
                        admittedImmediately++;
                        running.merge(requestPriority, 1, Integer::sum);
                    }
                    case REJECTED -> rejectedImmediately++;
                    case QUEUED -> {}
                }
            } else {
                List<RequestPriority> runningRequests = running.entrySet().stream()
                        .flatMap(entry -> IntStream.range(0, entry.getValue()).mapToObj(_ -> entry.getKey()))
                        .toList();
                if (!runningRequests.isEmpty()) {
                    RequestPriority released = runningRequests.get(random.nextInt(runningRequests.size()));
                    running.merge(released, -1, Integer::sum);
                    admissionGate.release(released);
                }
            }
            advanceClock(Duration.ofMillis(random.nextInt(3)));
            for (; seen < admitted.size(); seen++) {
                running.merge(admitted.get(seen).priority(), 1, Integer::sum);
            }
            for (RequestPriority requestPriority : RequestPriority.values()) {
                assertThat(admissionGate.countServed(requestPriority))
                        .isEqualTo(running.getOrDefault(requestPriority, 0));
            }
            assertThat(running.values().stream().mapToInt(Integer::intValue).sum())
                    .isLessThanOrEqualTo(CAPACITY);
        }
        advanceClock(Duration.ofSeconds(2));
        admissionGate.rejectExpired();
        assertThat(admitted).doesNotHaveDuplicates().doesNotContainAnyElementsOf(rejected);
        assertThat(rejected).doesNotHaveDuplicates();
        assertThat(admittedImmediately + admitted.size() + rejected.size() + rejectedImmediately)
                .isEqualTo(requests);
    }
}
