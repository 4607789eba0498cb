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

/** What is known to be outdated never holds, however little may be remembered. */
class InvalidationIndexTest {
    private static final CacheTag LAMP = new CacheTag("lamp");
    private static final CacheTag CHAIR = new CacheTag("chair");
    private static final CacheTag TABLE = new CacheTag("table");

    private final InvalidationIndex invalidationIndex = new InvalidationIndex(2);

    @Test
    void nothingHoldsBeforeTheFirstRestart() {
        CachedResponse answer = responseReadAt(Position.endOfTimeline(Integer.MAX_VALUE - 1), LAMP);
        assertThat(invalidationIndex.isFresh(answer)).isFalse();
        invalidationIndex.reset(at(10));
        assertThat(invalidationIndex.isFresh(answer)).isTrue();
    }

    @Test
    void afterARestartOnlyWhatWasReadThereOrLaterHolds() {
        invalidationIndex.reset(at(10));
        invalidationIndex.invalidate(hashes(LAMP), at(30));
        invalidationIndex.reset(at(20));
        assertThat(invalidationIndex.isFresh(responseReadAt(at(19), LAMP))).isFalse();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(20), LAMP))).isTrue();
        assertThat(invalidationIndex.size()).isZero();
    }

    @Test
    void aChangeOutdatesWhatWasReadBeforeItAndHasItsTag() {
        invalidationIndex.reset(at(1));
        CachedResponse kept = responseReadAt(at(9), CHAIR, LAMP);
        assertThat(invalidationIndex.isFresh(kept)).isTrue();
        invalidationIndex.invalidate(hashes(LAMP), at(10));
        assertThat(invalidationIndex.isFresh(kept))
                .as("kept before it was told")
                .isFalse();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(9), LAMP)))
                .as("made after it was told")
                .isFalse();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(9), CHAIR)))
                .as("of something else")
                .isTrue();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(10), LAMP)))
                .as("read at the change")
                .isTrue();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(11), LAMP)))
                .as("read after it")
                .isTrue();
    }

    @Test
    void theLatestChangeCountsInWhateverOrderTheyAreTold() {
        invalidationIndex.reset(at(1));
        invalidationIndex.invalidate(hashes(LAMP), at(20));
        invalidationIndex.invalidate(hashes(LAMP), at(10));
        assertThat(invalidationIndex.isFresh(responseReadAt(at(19), LAMP))).isFalse();
        invalidationIndex.invalidate(hashes(LAMP), at(30));
        assertThat(invalidationIndex.isFresh(responseReadAt(at(29), LAMP))).isFalse();
        assertThat(invalidationIndex.isFresh(responseReadAt(at(30), LAMP))).isTrue();
    }

    @Test
    void aNewTimelineIsLaterThanAnythingOfTheOldOne() {
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
    void theOldestMarkMakesRoomAndTakesWithItAllThatWasReadBeforeIt() {
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
                .as("still remembered")
                .isFalse();
    }

    @Test
    void whatChangesAgainIsNotTheOldest() {
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
    void theLatestOfItsTagsSaysHowFarOneMustRead() {
        invalidationIndex.reset(at(1));
        assertThat(invalidationIndex.latestInvalidation(hashes(LAMP, CHAIR))).isEmpty();
        invalidationIndex.invalidate(hashes(LAMP), at(20));
        invalidationIndex.invalidate(hashes(CHAIR), at(10));
        assertThat(invalidationIndex.latestInvalidation(hashes(LAMP, CHAIR, TABLE)))
                .contains(at(20));
        assertThat(invalidationIndex.latestInvalidation(hashes(CHAIR))).contains(at(10));
        assertThat(invalidationIndex.latestInvalidation(hashes(TABLE))).isEmpty();
    }

    /** What the cache was asked to keep, and what it is told, in turn. */
    record TaggedPosition(Position position, Set<CacheTag> tags) {}

    @Property
    void whatIsOutdatedNeverHoldsHoweverFewMarksAreRemembered(
            @ForAll @IntRange(min = 1, max = 4) int most,
            @ForAll("readings") List<TaggedPosition> readings,
            @ForAll("changes") List<TaggedPosition> changes) {
        InvalidationIndex few = new InvalidationIndex(most);
        few.reset(Position.START);
        replay(readings, changes, few, (outdated, holds) -> !(outdated && holds));
        assertThat(few.size()).isLessThanOrEqualTo(most);
    }

    @Property
    void withRoomForAllMarksAnswersHoldUntilTheyAreOutdated(
            @ForAll("readings") List<TaggedPosition> readings, @ForAll("changes") List<TaggedPosition> changes) {
        InvalidationIndex enough = new InvalidationIndex(1_000);
        enough.reset(Position.START);
        replay(readings, changes, enough, (outdated, holds) -> outdated != holds);
    }

    private interface FreshnessRule {
        boolean allows(boolean outdated, boolean holds);
    }

    /** Judges each answer before the first change and after every one, by a map that forgets nothing. */
    private static void replay(
            List<TaggedPosition> readings,
            List<TaggedPosition> changes,
            InvalidationIndex invalidationIndex,
            FreshnessRule freshnessRule) {
        Map<TaggedPosition, CachedResponse> answers = readings.stream()
                .distinct()
                .collect(Collectors.toMap(taggedPosition -> taggedPosition, InvalidationIndexTest::cachedResponse));
        Map<CacheTag, Position> model = new HashMap<>();
        assertThat(answers.values()).allMatch(invalidationIndex::isFresh);
        for (TaggedPosition change : changes) {
            invalidationIndex.invalidate(CacheTag.hashes(change.tags()), change.position());
            change.tags().forEach(cacheTag -> model.merge(cacheTag, change.position(), Position::max));
            answers.forEach((taggedPosition, answer) -> {
                boolean outdated = taggedPosition.tags().stream()
                        .anyMatch(cacheTag ->
                                !taggedPosition.position().isAtOrAfter(model.getOrDefault(cacheTag, Position.START)));
                assertThat(freshnessRule.allows(outdated, invalidationIndex.isFresh(answer)))
                        .as("%s after %s", taggedPosition, change)
                        .isTrue();
            });
        }
    }

    @Provide
    Arbitrary<List<TaggedPosition>> readings() {
        return reading().list().ofMaxSize(10);
    }

    @Provide
    Arbitrary<List<TaggedPosition>> changes() {
        return reading().list().ofMaxSize(20);
    }

    private static Arbitrary<TaggedPosition> reading() {
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

    private static CachedResponse responseReadAt(Position from, CacheTag... tags) {
        return cachedResponse(new TaggedPosition(from, Set.of(tags)));
    }

    private static Collection<Long> hashes(CacheTag... tags) {
        return Stream.of(tags).map(CacheTag::hash).toList();
    }

    private static Position at(long lsn) {
        return new Position(1, lsn);
    }
}
