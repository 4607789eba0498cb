package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.topology.Position;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each change is marked once, whether it is told, shown, or both, and none is missed. */
class HeardChangesTest {
    private static final long TAG = new Tag("lamp").hash();

    private final Marks marks = new Marks(10);
    private final HeardChanges changes = new HeardChanges(marks);

    @BeforeEach
    void begin() {
        changes.begin(Position.START);
    }

    @Test
    void whatWasToldIsNotMarkedLaterByTheLog() {
        changes.told(change(7, 10));
        assertThat(changes.shown(List.of(row(7, false)), at(20), true)).isZero();
        assertThat(latest()).contains(at(10));
    }

    @Test
    void whatWasNotToldIsMarkedByTheLogOnceHoweverOftenItShowsIt() {
        assertThat(changes.shown(List.of(row(7, true)), at(20), true)).isOne();
        assertThat(changes.shown(List.of(row(7, true)), at(30), true)).isZero();
        assertThat(latest()).contains(at(20));
    }

    @Test
    void whatAnotherServerShowedIsPlacedAgain() {
        changes.shown(List.of(row(7, true)), at(20), true);
        assertThat(changes.shown(List.of(row(7, true)), at(30), false)).isOne();
        assertThat(latest()).contains(at(30));
    }

    @Test
    void whatWasToldBeforeABeginningIsMarkedWhenTheLogShowsIt() {
        changes.told(change(7, 10));
        changes.begin(at(5));
        assertThat(latest()).isEmpty();
        assertThat(changes.shown(List.of(row(7, false)), at(20), true)).isOne();
        assertThat(latest()).contains(at(20));
    }

    private Optional<Position> latest() {
        return marks.latest(List.of(TAG));
    }

    private static Change change(long id, long at) {
        return new Change(List.of(id), List.of(TAG), at(at));
    }

    private static ChangeLog.Row row(long id, boolean unsettled) {
        return new ChangeLog.Row(id, List.of(TAG), unsettled);
    }

    private static Position at(long lsn) {
        return new Position(1, lsn);
    }
}
