package io.fondaco.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ParallelForEachTest {
    @Test
    void tasksRunInParallelAndFailuresAreReportedPerItem() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(3);
        AtomicInteger done = new AtomicInteger();
        Map<String, String> failures = new TreeMap<>();
        ParallelForEach.run(
                List.of("well", "ill", "lost"),
                item -> {
                    meet(barrier);
                    switch (item) {
                        case "ill" -> throw new IllegalStateException("no");
                        case "lost" -> throw new AssertionError("never");
                        default -> done.incrementAndGet();
                    }
                },
                (item, thrown) -> failures.put(item, thrown.getMessage()));
        assertThat(done).hasValue(1);
        assertThat(failures).isEqualTo(Map.of("ill", "no", "lost", "never"));
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }
}
