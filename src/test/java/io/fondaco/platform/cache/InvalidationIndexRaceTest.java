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

/** While a mark makes room or all begins anew, what it spoke against holds at no moment. */
class InvalidationIndexRaceTest {
    private static final int ROUNDS = 20_000;
    private static final int CHECKS = 800;

    /** With many tags there is time between the first look and the last, with one hardly any. */
    @ParameterizedTest
    @CsvSource({"forget,40", "restart,40", "forget,1", "restart,1"})
    void whatIsOutdatedHoldsAtNoMoment(String how, int count) throws Exception {
        Set<CacheTag> tags =
                IntStream.range(0, count).mapToObj(i -> new CacheTag("t" + i)).collect(Collectors.toSet());
        CacheTag outdated = new CacheTag("t" + count / 2);
        Position readAt = new Position(1, 9);
        CachedResponse answer =
                CachedResponse.of(CacheableResponse.of("", tags), new byte[0], readAt, readAt, new Lifetime(0, 0), 512);
        AtomicInteger wrong = new AtomicInteger();
        TwoThreadRace.run(
                ROUNDS,
                200,
                () -> {
                    InvalidationIndex invalidationIndex = new InvalidationIndex(1);
                    invalidationIndex.reset(Position.START);
                    invalidationIndex.invalidate(List.of(outdated.hash()), new Position(1, 10));
                    return invalidationIndex;
                },
                invalidationIndex -> {
                    boolean held = false;
                    for (int n = 0; n < CHECKS / count; n++) {
                        held |= invalidationIndex.isFresh(answer);
                    }
                    answer.markFresh(-1);
                    wrong.addAndGet(held ? 1 : 0);
                },
                invalidationIndex -> {
                    if (how.equals("forget")) {
                        invalidationIndex.invalidate(List.of(1L), new Position(1, 20));
                    } else {
                        invalidationIndex.reset(new Position(1, 30));
                    }
                });
        assertThat(wrong.get()).isZero();
    }
}
