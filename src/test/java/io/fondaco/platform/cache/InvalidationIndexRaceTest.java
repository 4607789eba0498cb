package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.cache.CachedResponse.Lifetime;
import io.fondaco.platform.topology.Position;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stale response is never found fresh while an entry is evicted or the index is reset. */
class InvalidationIndexRaceTest {
    private static final int ROUNDS = 20_000;
    private static final int CHECKS = 800;

    /** With many tags there is time between the first and the last check, with one hardly any. */
    @ParameterizedTest
    @CsvSource({"evict,40", "reset,40", "evict,1", "reset,1"})
    void staleResponseIsNeverFresh(String action, int count) throws Exception {
        Set<CacheTag> tags =
                IntStream.range(0, count).mapToObj(i -> new CacheTag("t" + i)).collect(Collectors.toSet());
        CacheTag invalidatedTag = new CacheTag("t" + count / 2);
        Position readAt = new Position(1, 9);
        CachedResponse cached =
                CachedResponse.of(CacheableResponse.of("", tags), new byte[0], readAt, readAt, new Lifetime(0, 0), 512);
        AtomicInteger errors = new AtomicInteger();
        TwoThreadRace.run(
                ROUNDS,
                200,
                () -> {
                    InvalidationIndex invalidationIndex = new InvalidationIndex(1);
                    invalidationIndex.reset(Position.START);
                    invalidationIndex.invalidate(List.of(invalidatedTag.hash()), new Position(1, 10));
                    return invalidationIndex;
                },
                invalidationIndex -> {
                    boolean fresh = false;
                    for (int n = 0; n < CHECKS / count; n++) {
                        fresh |= invalidationIndex.isFresh(cached);
                    }
                    cached.markFresh(-1);
                    errors.addAndGet(fresh ? 1 : 0);
                },
                invalidationIndex -> {
                    if (action.equals("evict")) {
                        invalidationIndex.invalidate(List.of(1L), new Position(1, 20));
                    } else {
                        invalidationIndex.reset(new Position(1, 30));
                    }
                });
        assertThat(errors.get()).isZero();
    }
}
