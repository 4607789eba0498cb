package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.topology.Position;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A message and the log's row of the same invalidation arrive at the same time: when the row is applied, the index has
 * the invalidation, whichever came first.
 */
class InvalidationDeduplicatorRaceTest {
    private static final int ROUNDS = 20_000;
    private static final long TAG = new CacheTag("lamp").hash();
    private static final Position AT = new Position(1, 10);

    private record PodInvalidations(InvalidationIndex index, InvalidationDeduplicator deduplicator) {
        static PodInvalidations started() {
            InvalidationIndex invalidationIndex = new InvalidationIndex(10);
            InvalidationDeduplicator deduplicator = new InvalidationDeduplicator(invalidationIndex);
            deduplicator.reset(Position.START);
            return new PodInvalidations(invalidationIndex, deduplicator);
        }
    }

    @Test
    void appliedLogRowIsInTheIndex() throws Exception {
        AtomicInteger missed = new AtomicInteger();
        TwoThreadRace.run(
                ROUNDS,
                300,
                PodInvalidations::started,
                podInvalidations ->
                        podInvalidations.deduplicator().applyMessage(new Invalidation(List.of(7L), List.of(TAG), AT)),
                podInvalidations -> {
                    podInvalidations
                            .deduplicator()
                            .applyLogRows(List.of(new InvalidationLog.LogRow(7, List.of(TAG), false)), AT, true);
                    missed.addAndGet(
                            podInvalidations
                                            .index()
                                            .latestInvalidation(List.of(TAG))
                                            .isEmpty()
                                    ? 1
                                    : 0);
                });
        assertThat(missed.get()).isZero();
    }
}
