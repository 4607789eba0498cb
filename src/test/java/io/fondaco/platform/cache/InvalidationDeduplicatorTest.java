package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.topology.Position;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each invalidation is applied once, whether it arrives as a message, as a log row, or as both, and none is lost. */
class InvalidationDeduplicatorTest {
    private static final long TAG = new CacheTag("lamp").hash();

    private final InvalidationIndex index = new InvalidationIndex(10);
    private final InvalidationDeduplicator deduplicator = new InvalidationDeduplicator(index);

    @BeforeEach
    void startAtTheFirstPosition() {
        deduplicator.reset(Position.START);
    }

    @Test
    void receivedInvalidationIsNotAppliedAgainFromTheLog() {
        deduplicator.applyMessage(invalidation(7, 10));
        assertThat(deduplicator.applyLogRows(List.of(row(7, false)), at(20), true))
                .isZero();
        assertThat(latest()).contains(at(10));
    }

    @Test
    void repeatedLogRowIsAppliedOnce() {
        assertThat(deduplicator.applyLogRows(List.of(row(7, true)), at(20), true))
                .isOne();
        assertThat(deduplicator.applyLogRows(List.of(row(7, true)), at(30), true))
                .isZero();
        assertThat(latest()).contains(at(20));
    }

    @Test
    void rowsOfAnotherServerAreAppliedAgain() {
        deduplicator.applyLogRows(List.of(row(7, true)), at(20), true);
        assertThat(deduplicator.applyLogRows(List.of(row(7, true)), at(30), false))
                .isOne();
        assertThat(latest()).contains(at(30));
    }

    @Test
    void logRowIsAppliedAfterAReset() {
        deduplicator.applyMessage(invalidation(7, 10));
        deduplicator.reset(at(5));
        assertThat(latest()).isEmpty();
        assertThat(deduplicator.applyLogRows(List.of(row(7, false)), at(20), true))
                .isOne();
        assertThat(latest()).contains(at(20));
    }

    private Optional<Position> latest() {
        return index.latestInvalidation(List.of(TAG));
    }

    private static Invalidation invalidation(long id, long at) {
        return new Invalidation(List.of(id), List.of(TAG), at(at));
    }

    private static InvalidationLog.LogRow row(long id, boolean mayReappear) {
        return new InvalidationLog.LogRow(id, List.of(TAG), mayReappear);
    }

    private static Position at(long lsn) {
        return new Position(1, lsn);
    }
}
