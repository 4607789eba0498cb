package io.fondaco.platform.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdmissionQueueTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void earliestArrivalIsAdmittedFirst() throws Exception {
        AdmissionQueue admissionQueue = new AdmissionQueue(1, 10);
        assertThat(admissionQueue.acquire(NOON, LONG)).isEmpty();
        List<Integer> served = Collections.synchronizedList(new ArrayList<>());
        for (int minute : List.of(3, 1, 4, 2)) {
            int queued = admissionQueue.size();
            threads.submit(() -> {
                OptionalInt ahead = admissionQueue.acquire(NOON.plus(Duration.ofMinutes(minute)), LONG);
                served.add(ahead.isPresent() ? -1 : minute);
                admissionQueue.release();
                return null;
            });
            await().until(() -> admissionQueue.size() == queued + 1);
        }
        admissionQueue.release();
        await().untilAsserted(() -> assertThat(served).containsExactly(1, 2, 3, 4));
    }

    @Test
    void timedOutWaiterGetsTheNumberOfWaitersAhead() throws Exception {
        AdmissionQueue admissionQueue = new AdmissionQueue(1, 10);
        admissionQueue.acquire(NOON, LONG);
        for (int i = 0; i < 3; i++) {
            int queued = admissionQueue.size();
            threads.submit(() -> admissionQueue.acquire(NOON, LONG));
            await().until(() -> admissionQueue.size() == queued + 1);
        }
        assertThat(admissionQueue.acquire(NOON.plusSeconds(1), Duration.ofMillis(20)))
                .hasValue(3);
        assertThat(admissionQueue.acquire(NOON.minusSeconds(1), Duration.ofMillis(20)))
                .hasValue(0);
        assertThat(admissionQueue.size())
                .as("waiters that timed out have left the queue")
                .isEqualTo(3);
    }

    @Test
    void fullQueueRejectsImmediately() throws Exception {
        AdmissionQueue admissionQueue = new AdmissionQueue(1, 1);
        admissionQueue.acquire(NOON, LONG);
        threads.submit(() -> admissionQueue.acquire(NOON, LONG));
        await().until(() -> admissionQueue.size() == 1);
        assertThat(admissionQueue.acquire(NOON.plusSeconds(1), LONG)).hasValue(1);
    }

    @Test
    void permitsAreNeverExceededNorLost() throws Exception {
        AdmissionQueue admissionQueue = new AdmissionQueue(3, 10_000);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger maxRunning = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        List<Future<?>> results = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            Duration maxWait = i % 7 == 0 ? Duration.ofNanos(1) : LONG;
            results.add(threads.submit(() -> {
                if (admissionQueue.acquire(NOON, maxWait).isEmpty()) {
                    maxRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                    Thread.yield();
                    running.decrementAndGet();
                    served.incrementAndGet();
                    admissionQueue.release();
                }
                return null;
            }));
        }
        for (Future<?> result : results) {
            result.get();
        }
        assertThat(maxRunning.get()).isLessThanOrEqualTo(3);
        assertThat(served.get()).isGreaterThan(2_000 * 6 / 7 - 1);
        for (int permit = 0; permit < 3; permit++) {
            assertThat(admissionQueue.acquire(NOON, Duration.ofMillis(20))).isEmpty();
        }
        assertThat(admissionQueue.acquire(NOON, Duration.ofMillis(20))).isPresent();
    }

    @Test
    void interruptedWaiterLosesNoPermit() throws Exception {
        AdmissionQueue admissionQueue = new AdmissionQueue(1, 10);
        admissionQueue.acquire(NOON, LONG);
        Future<?> waiting = threads.submit(() -> admissionQueue.acquire(NOON, LONG));
        await().until(() -> admissionQueue.size() == 1);
        waiting.cancel(true);
        await().until(() -> admissionQueue.size() == 0);
        admissionQueue.release();
        assertThat(admissionQueue.acquire(NOON, Duration.ofMillis(20))).isEmpty();
    }

    @Test
    void estimatedWaitIsTheTimeOfTheWaitersAhead() {
        assertThat(AdmissionQueue.estimateWait(0, 10, Duration.ofMillis(50).toNanos()))
                .hasSeconds(1);
        assertThat(AdmissionQueue.estimateWait(999, 10, Duration.ofMillis(50).toNanos()))
                .hasSeconds(6);
        assertThat(AdmissionQueue.estimateWait(
                        1_000_000, 10, Duration.ofMillis(50).toNanos()))
                .hasSeconds(60);
    }
}
