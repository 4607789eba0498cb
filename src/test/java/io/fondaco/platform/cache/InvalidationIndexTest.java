package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.cache.CachedResponse.Lifetime;
import io.fondaco.platform.topology.Position;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** A response that is known to be stale is never fresh, even if the index has little space. */
class InvalidationIndexTest {
    private static final CacheTag LAMP = new CacheTag("lamp");
    private static final CacheTag CHAIR = new CacheTag("chair");
    private static final CacheTag TABLE = new CacheTag("table");

    private final InvalidationIndex invalidationIndex = new InvalidationIndex(2);

    @Test
    void nothingIsFreshBeforeTheFirstReset() {
        CachedResponse response = responseReadAt(Position.endOfTimeline(Integer.MAX_VALUE - 1), LAMP);
        assertThat(invalidationIndex.isFresh(response)).isFalse();
        invalidationIndex.reset(at(10));
        assertThat(invalidationIndex.isFresh(response)).isTrue();
    }

    @Test
    void onlyReadsAtOrAfterAResetAreFresh() {
        invalidationIndex.reset(at(10));
        invalidationIndex.invalidate(hashes(LAMP), at(30));
        invalidationIndex.reset(at(20));
        assertThat(invalidationIndex.isFresh(responseReadAt(at(19), LAMP))).isFalse();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(20), LAMP))).isTrue();
        assertThat(invalidationIndex.size()).isZero();
    }

    @Test
    void invalidationMakesEarlierReadsOfItsTagStale() {
        invalidationIndex.reset(at(1));
        CachedResponse cached = responseReadAt(at(9), CHAIR, LAMP);
        assertThat(invalidationIndex.isFresh(cached)).isTrue();
        invalidationIndex.invalidate(hashes(LAMP), at(10));
        assertThat(invalidationIndex.isFresh(cached))
                .as("cached before the invalidation arrived")
                .isFalse();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(9), LAMP)))
                .as("loaded after the invalidation arrived")
                .isFalse();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(9), CHAIR)))
                .as("with another tag")
                .isTrue();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(10), LAMP)))
                .as("read at the invalidation")
                .isTrue();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(11), LAMP)))
                .as("read after it")
                .isTrue();
    }

    @Test
    void latestInvalidationCountsInAnyOrderOfArrival() {
        invalidationIndex.reset(at(1));
        invalidationIndex.invalidate(hashes(LAMP), at(20));
        invalidationIndex.invalidate(hashes(LAMP), at(10));
        assertThat(invalidationIndex.isFresh(responseReadAt(at(19), LAMP))).isFalse();
        invalidationIndex.invalidate(hashes(LAMP), at(30));
        assertThat(invalidationIndex.isFresh(responseReadAt(at(29), LAMP))).isFalse();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(30), LAMP))).isTrue();
    }

    @Test
    void newTimelineIsLaterThanAnyPositionOfTheOldOne() {
        invalidationIndex.reset(at(1));
        invalidationIndex.invalidate(hashes(LAMP), new Position(2, 5));
        invalidationIndex.invalidate(hashes(LAMP), at(1_000));
        assertThat(invalidationIndex.isFresh(responseReadAt(at(1_000), LAMP))).isFalse();
        assertThat(invalidationIndex.isFresh(responseReadAt(new Position(2, 4), LAMP)))
                .isFalse();
        assertThat(invalidationIndex.isFresh(responseReadAt(new Position(2, 5), LAMP)))
                .isTrue();
    }

    @Test
    void evictionRaisesTheFloorToTheOldestEntry() {
        invalidationIndex.reset(at(1));
        invalidationIndex.invalidate(hashes(LAMP), at(10));
        invalidationIndex.invalidate(hashes(CHAIR), at(20));
        assertThat(invalidationIndex.isFresh(responseReadAt(at(9), TABLE))).isTrue();
        invalidationIndex.invalidate(hashes(TABLE), at(30));
        assertThat(invalidationIndex.size()).isEqualTo(2);
        assertThat(invalidationIndex.floor()).isEqualTo(at(10));
        assertThat(invalidationIndex.isFresh(responseReadAt(at(9), new CacheTag("bed"))))
                .isFalse();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(10), LAMP))).isTrue();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(19), CHAIR)))
                .as("still in the index")
                .isFalse();
    }

    @Test
    void repeatedInvalidationIsNotTheOldestEntry() {
        invalidationIndex.reset(at(1));
        invalidationIndex.invalidate(hashes(LAMP), at(10));
        invalidationIndex.invalidate(hashes(CHAIR), at(20));
        invalidationIndex.invalidate(hashes(LAMP), at(30));
        assertThat(invalidationIndex.floor()).isEqualTo(at(1));
        invalidationIndex.invalidate(hashes(TABLE), at(40));
        assertThat(invalidationIndex.floor()).isEqualTo(at(20));
        assertThat(invalidationIndex.isFresh(responseReadAt(at(29), LAMP))).isFalse();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(29), CHAIR))).isTrue();
    }

    @Test
    void latestInvalidationIsTheMaximumOverTheTags() {
        invalidationIndex.reset(at(1));
        assertThat(invalidationIndex.latestInvalidation(hashes(LAMP, CHAIR))).isEmpty();
        invalidationIndex.invalidate(hashes(LAMP), at(20));
        invalidationIndex.invalidate(hashes(CHAIR), at(10));
        assertThat(invalidationIndex.latestInvalidation(hashes(LAMP, CHAIR, TABLE)))
                .contains(at(20));
        assertThat(invalidationIndex.latestInvalidation(hashes(CHAIR))).contains(at(10));
        assertThat(invalidationIndex.latestInvalidation(hashes(TABLE))).isEmpty();
    }

    /** A read or an invalidation: its position and its tags. */
    record TaggedPosition(Position position, Set<CacheTag> tags) {}

    @Property
    void staleResponseIsNeverFreshInASmallIndex(
            @ForAll @IntRange(min = 1, max = 4) int maxEntries,
            @ForAll("reads") List<TaggedPosition> reads,
            @ForAll("invalidations") List<TaggedPosition> invalidations) {
        InvalidationIndex small = new InvalidationIndex(maxEntries);
        small.reset(Position.START);
        replay(reads, invalidations, small, (stale, fresh) -> !(stale && fresh));
        assertThat(small.size()).isLessThanOrEqualTo(maxEntries);
    }

    @Property
    void responsesStayFreshUntilInvalidatedInALargeIndex(
            @ForAll("reads") List<TaggedPosition> reads, @ForAll("invalidations") List<TaggedPosition> invalidations) {
        InvalidationIndex large = new InvalidationIndex(1_000);
        large.reset(Position.START);
        replay(reads, invalidations, large, (stale, fresh) -> stale != fresh);
    }

    private interface FreshnessRule {
        boolean allows(boolean stale, boolean fresh);
    }

    /** Checks each response before the first invalidation and after each one, against a map that forgets nothing. */
    private static void replay(
            List<TaggedPosition> reads,
            List<TaggedPosition> invalidations,
            InvalidationIndex invalidationIndex,
            FreshnessRule freshnessRule) {
        Map<TaggedPosition, CachedResponse> responses = reads.stream()
                .distinct()
                .collect(Collectors.toMap(taggedPosition -> taggedPosition, InvalidationIndexTest::cachedResponse));
        Map<CacheTag, Position> model = new HashMap<>();
        assertThat(responses.values()).allMatch(invalidationIndex::isFresh);
        for (TaggedPosition invalidation : invalidations) {
            invalidationIndex.invalidate(CacheTag.hashes(invalidation.tags()), invalidation.position());
            invalidation.tags().forEach(cacheTag -> model.merge(cacheTag, invalidation.position(), Position::max));
            responses.forEach((taggedPosition, response) -> {
                boolean stale = taggedPosition.tags().stream()
                        .anyMatch(cacheTag ->
                                !taggedPosition.position().isAtOrAfter(model.getOrDefault(cacheTag, Position.START)));
                assertThat(freshnessRule.allows(stale, invalidationIndex.isFresh(response)))
                        .as("%s after %s", taggedPosition, invalidation)
                        .isTrue();
            });
        }
    }

    @Provide
    Arbitrary<List<TaggedPosition>> reads() {
        return taggedPositions().list().ofMaxSize(10);
    }

    @Provide
    Arbitrary<List<TaggedPosition>> invalidations() {
        return taggedPositions().list().ofMaxSize(20);
    }

    private static Arbitrary<TaggedPosition> taggedPositions() {
        Arbitrary<Position> positions = Combinators.combine(
                        Arbitraries.integers().between(1, 2),
                        Arbitraries.longs().between(0, 20))
                .as(Position::new);
        Arbitrary<Set<CacheTag>> tags = Arbitraries.of("a", "b", "c", "d", "e", "f")
                .map(CacheTag::new)
                .set()
                .ofMaxSize(3);
        return Combinators.combine(positions, tags).as(TaggedPosition::new);
    }

    private static CachedResponse cachedResponse(TaggedPosition taggedPosition) {
        return CachedResponse.of(
                CacheableResponse.of("", taggedPosition.tags()),
                new byte[0],
                taggedPosition.position(),
                taggedPosition.position(),
                new Lifetime(0, 0),
                512);
    }

    private static CachedResponse responseReadAt(Position position, CacheTag... tags) {
        return cachedResponse(new TaggedPosition(position, Set.of(tags)));
    }

    private static Collection<Long> hashes(CacheTag... tags) {
        return Stream.of(tags).map(CacheTag::hash).toList();
    }

    private static Position at(long lsn) {
        return new Position(1, lsn);
    }
}
