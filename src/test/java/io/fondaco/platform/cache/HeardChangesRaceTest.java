package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.topology.Position;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A pod is told of a change while its log shows it: once the log's row is dealt with, the change is marked, whoever was first. */
class HeardChangesRaceTest {
    private static final int ROUNDS = 20_000;
    private static final long TAG = new Tag("lamp").hash();
    private static final Position AT = new Position(1, 10);

    private record Pod(Marks marks, HeardChanges changes) {
        static Pod begun() {
            Marks marks = new Marks(10);
            HeardChanges changes = new HeardChanges(marks);
            changes.begin(Position.START);
            return new Pod(marks, changes);
        }
    }

    @Test
    void whatTheLogHasShownIsMarkedWhenItIsSaidToBe() throws Exception {
        AtomicInteger missed = new AtomicInteger();
        Race.run(ROUNDS, 300, Pod::begun, pod -> pod.changes().told(new Change(List.of(7L), List.of(TAG), AT)), pod -> {
            pod.changes().shown(List.of(new ChangeLog.Row(7, List.of(TAG), false)), AT, true);
            missed.addAndGet(pod.marks().latest(List.of(TAG)).isEmpty() ? 1 : 0);
        });
        assertThat(missed.get()).isZero();
    }
}
