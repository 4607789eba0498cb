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

class LineTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void whoeverCameFirstIsServedFirstWheneverTheyStoodInLine() throws Exception {
        Line line = new Line(1, 10);
        assertThat(line.enter(NOON, LONG)).isEmpty();
        List<Integer> served = Collections.synchronizedList(new ArrayList<>());
        for (int minute : List.of(3, 1, 4, 2)) {
            int before = line.size();
            threads.submit(() -> {
                OptionalInt turnedAway = line.enter(NOON.plus(Duration.ofMinutes(minute)), LONG);
                served.add(turnedAway.isPresent() ? -1 : minute);
                line.leave();
                return null;
            });
            await().until(() -> line.size() == before + 1);
        }
        line.leave();
        await().untilAsserted(() -> assertThat(served).containsExactly(1, 2, 3, 4));
    }

    @Test
    void whoWaitsInVainIsToldHowManyAreBefore() throws Exception {
        Line line = new Line(1, 10);
        line.enter(NOON, LONG);
        for (int i = 0; i < 3; i++) {
            int before = line.size();
            threads.submit(() -> line.enter(NOON, LONG));
            await().until(() -> line.size() == before + 1);
        }
        assertThat(line.enter(NOON.plusSeconds(1), Duration.ofMillis(20))).hasValue(3);
        assertThat(line.enter(NOON.minusSeconds(1), Duration.ofMillis(20))).hasValue(0);
        assertThat(line.size()).as("who gave up stands in it no more").isEqualTo(3);
    }

    @Test
    void aLineThatIsTooLongIsNotStoodIn() throws Exception {
        Line line = new Line(1, 1);
        line.enter(NOON, LONG);
        threads.submit(() -> line.enter(NOON, LONG));
        await().until(() -> line.size() == 1);
        assertThat(line.enter(NOON.plusSeconds(1), LONG)).hasValue(1);
    }

    @Test
    void neverMoreThanThePlacesAndNoneIsLost() throws Exception {
        Line line = new Line(3, 10_000);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            Duration patience = i % 7 == 0 ? Duration.ofNanos(1) : LONG;
            all.add(threads.submit(() -> {
                if (line.enter(NOON, patience).isEmpty()) {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Thread.yield();
                    inside.decrementAndGet();
                    served.incrementAndGet();
                    line.leave();
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
            assertThat(line.enter(NOON, Duration.ofMillis(20))).isEmpty();
        }
        assertThat(line.enter(NOON, Duration.ofMillis(20))).isPresent();
    }

    @Test
    void whoIsInterruptedTakesNoPlaceAlong() throws Exception {
        Line line = new Line(1, 10);
        line.enter(NOON, LONG);
        Future<?> waiting = threads.submit(() -> line.enter(NOON, LONG));
        await().until(() -> line.size() == 1);
        waiting.cancel(true);
        await().until(() -> line.size() == 0);
        line.leave();
        assertThat(line.enter(NOON, Duration.ofMillis(20))).isEmpty();
    }

    @Test
    void theWaitIsWhatThoseBeforeTake() {
        assertThat(Line.until(0, 10, Duration.ofMillis(50).toNanos())).hasSeconds(1);
        assertThat(Line.until(999, 10, Duration.ofMillis(50).toNanos())).hasSeconds(6);
        assertThat(Line.until(1_000_000, 10, Duration.ofMillis(50).toNanos())).hasSeconds(60);
    }
}
