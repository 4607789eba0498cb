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
    void whoeverCameFirstIsServedFirstWheneverTheyStoodInLine() throws Exception {
        AdmissionQueue admissionQueue = new AdmissionQueue(1, 10);
        assertThat(admissionQueue.acquire(NOON, LONG)).isEmpty();
        List<Integer> served = Collections.synchronizedList(new ArrayList<>());
        for (int minute : List.of(3, 1, 4, 2)) {
            int before = admissionQueue.size();
            threads.submit(() -> {
                OptionalInt turnedAway = admissionQueue.acquire(NOON.plus(Duration.ofMinutes(minute)), LONG);
                served.add(turnedAway.isPresent() ? -1 : minute);
                admissionQueue.release();
                return null;
            });
            await().until(() -> admissionQueue.size() == before + 1);
        }
        admissionQueue.release();
        await().untilAsserted(() -> assertThat(served).containsExactly(1, 2, 3, 4));
    }

    @Test
    void whoWaitsInVainIsToldHowManyAreBefore() throws Exception {
        AdmissionQueue admissionQueue = new AdmissionQueue(1, 10);
        admissionQueue.acquire(NOON, LONG);
        for (int i = 0; i < 3; i++) {
            int before = admissionQueue.size();
            threads.submit(() -> admissionQueue.acquire(NOON, LONG));
            await().until(() -> admissionQueue.size() == before + 1);
        }
        assertThat(admissionQueue.acquire(NOON.plusSeconds(1), Duration.ofMillis(20)))
                .hasValue(3);
        assertThat(admissionQueue.acquire(NOON.minusSeconds(1), Duration.ofMillis(20)))
                .hasValue(0);
        assertThat(admissionQueue.size()).as("who gave up stands in it no more").isEqualTo(3);
    }

    @Test
    void aLineThatIsTooLongIsNotStoodIn() throws Exception {
        AdmissionQueue admissionQueue = new AdmissionQueue(1, 1);
        admissionQueue.acquire(NOON, LONG);
        threads.submit(() -> admissionQueue.acquire(NOON, LONG));
        await().until(() -> admissionQueue.size() == 1);
        assertThat(admissionQueue.acquire(NOON.plusSeconds(1), LONG)).hasValue(1);
    }

    @Test
    void neverMoreThanThePlacesAndNoneIsLost() throws Exception {
        AdmissionQueue admissionQueue = new AdmissionQueue(3, 10_000);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            Duration patience = i % 7 == 0 ? Duration.ofNanos(1) : LONG;
            all.add(threads.submit(() -> {
                if (admissionQueue.acquire(NOON, patience).isEmpty()) {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Thread.yield();
                    inside.decrementAndGet();
                    served.incrementAndGet();
                    admissionQueue.release();
                }
                return null;
            }));
        }
        for (Future<?> each : all) {
            each.get();
        }
        assertThat(most.get()).isLessThanOrEqualTo(3);
        assertThat(served.get()).isGreaterThan(2_000 * 6 / 7 - 1);
        for (int place = 0; place < 3; place++) {
            assertThat(admissionQueue.acquire(NOON, Duration.ofMillis(20))).isEmpty();
        }
        assertThat(admissionQueue.acquire(NOON, Duration.ofMillis(20))).isPresent();
    }

    @Test
    void whoIsInterruptedTakesNoPlaceAlong() throws Exception {
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
    void theWaitIsWhatThoseBeforeTake() {
        assertThat(AdmissionQueue.estimateWait(0, 10, Duration.ofMillis(50).toNanos()))
                .hasSeconds(1);
        assertThat(AdmissionQueue.estimateWait(999, 10, Duration.ofMillis(50).toNanos()))
                .hasSeconds(6);
        assertThat(AdmissionQueue.estimateWait(
                        1_000_000, 10, Duration.ofMillis(50).toNanos()))
                .hasSeconds(60);
    }
}
