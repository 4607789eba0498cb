package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.topology.Position;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A pod is told of a change while its log shows it: once the log's row is dealt with, the change is marked, whoever was first. */
class HeardChangesRaceTest {
    private static final int ROUNDS = 20_000;
    private static final long TAG = new Tag("lamp").hash();
    private static final Position AT = new Position(1, 10);

    @Test
    void whatTheLogHasShownIsMarkedWhenItIsSaidToBe() throws Exception {
        AtomicReference<HeardChanges> current = new AtomicReference<>();
        CyclicBarrier barrier = new CyclicBarrier(2);
        Thread writer = Thread.ofPlatform().daemon().start(() -> {
            try {
                for (int i = 0; i < ROUNDS; i++) {
                    barrier.await();
                    current.get().told(new Change(List.of(7L), List.of(TAG), AT));
                    barrier.await();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        int missed = 0;
        for (int i = 0; i < ROUNDS; i++) {
            Marks marks = new Marks(10);
            HeardChanges changes = new HeardChanges(marks);
            changes.begin(Position.START);
            current.set(changes);
            barrier.await();
            for (int spin = 0; spin < i % 300; spin++) {
                Thread.onSpinWait();
            }
            changes.shown(List.of(new ChangeLog.Row(7, List.of(TAG), false)), AT, true);
            missed += marks.latest(List.of(TAG)).isEmpty() ? 1 : 0;
            barrier.await();
        }
        writer.join();
        assertThat(missed).isZero();
    }
}
