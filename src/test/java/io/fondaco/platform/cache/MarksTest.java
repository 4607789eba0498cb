package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.cache.StoredAnswer.Life;
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
class MarksTest {
    private static final Tag LAMP = new Tag("lamp");
    private static final Tag CHAIR = new Tag("chair");
    private static final Tag TABLE = new Tag("table");

    private final Marks marks = new Marks(2);

    @Test
    void nothingHoldsBeforeTheFirstRestart() {
        StoredAnswer answer = read(Position.endOf(Integer.MAX_VALUE - 1), LAMP);
        assertThat(marks.holds(answer)).isFalse();
        marks.restart(at(10));
        assertThat(marks.holds(answer)).isTrue();
    }

    @Test
    void afterARestartOnlyWhatWasReadThereOrLaterHolds() {
        marks.restart(at(10));
        marks.changed(hashes(LAMP), at(30));
        marks.restart(at(20));
        assertThat(marks.holds(read(at(19), LAMP))).isFalse();
        assertThat(marks.holds(read(at(20), LAMP))).isTrue();
        assertThat(marks.size()).isZero();
    }

    @Test
    void aChangeOutdatesWhatWasReadBeforeItAndHasItsTag() {
        marks.restart(at(1));
        StoredAnswer kept = read(at(9), CHAIR, LAMP);
        assertThat(marks.holds(kept)).isTrue();
        marks.changed(hashes(LAMP), at(10));
        assertThat(marks.holds(kept)).as("kept before it was told").isFalse();
        assertThat(marks.holds(read(at(9), LAMP))).as("made after it was told").isFalse();
        assertThat(marks.holds(read(at(9), CHAIR))).as("of something else").isTrue();
        assertThat(marks.holds(read(at(10), LAMP))).as("read at the change").isTrue();
        assertThat(marks.holds(read(at(11), LAMP))).as("read after it").isTrue();
    }

    @Test
    void theLatestChangeCountsInWhateverOrderTheyAreTold() {
        marks.restart(at(1));
        marks.changed(hashes(LAMP), at(20));
        marks.changed(hashes(LAMP), at(10));
        assertThat(marks.holds(read(at(19), LAMP))).isFalse();
        marks.changed(hashes(LAMP), at(30));
        assertThat(marks.holds(read(at(29), LAMP))).isFalse();
        assertThat(marks.holds(read(at(30), LAMP))).isTrue();
    }

    @Test
    void aNewTimelineIsLaterThanAnythingOfTheOldOne() {
        marks.restart(at(1));
        marks.changed(hashes(LAMP), new Position(2, 5));
        marks.changed(hashes(LAMP), at(1_000));
        assertThat(marks.holds(read(at(1_000), LAMP))).isFalse();
        assertThat(marks.holds(read(new Position(2, 4), LAMP))).isFalse();
        assertThat(marks.holds(read(new Position(2, 5), LAMP))).isTrue();
    }

    @Test
    void theOldestMarkMakesRoomAndTakesWithItAllThatWasReadBeforeIt() {
        marks.restart(at(1));
        marks.changed(hashes(LAMP), at(10));
        marks.changed(hashes(CHAIR), at(20));
        assertThat(marks.holds(read(at(9), TABLE))).isTrue();
        marks.changed(hashes(TABLE), at(30));
        assertThat(marks.size()).isEqualTo(2);
        assertThat(marks.floor()).isEqualTo(at(10));
        assertThat(marks.holds(read(at(9), new Tag("bed")))).isFalse();
        assertThat(marks.holds(read(at(10), LAMP))).isTrue();
        assertThat(marks.holds(read(at(19), CHAIR))).as("still remembered").isFalse();
    }

    @Test
    void whatChangesAgainIsNotTheOldest() {
        marks.restart(at(1));
        marks.changed(hashes(LAMP), at(10));
        marks.changed(hashes(CHAIR), at(20));
        marks.changed(hashes(LAMP), at(30));
        assertThat(marks.floor()).isEqualTo(at(1));
        marks.changed(hashes(TABLE), at(40));
        assertThat(marks.floor()).isEqualTo(at(20));
        assertThat(marks.holds(read(at(29), LAMP))).isFalse();
        assertThat(marks.holds(read(at(29), CHAIR))).isTrue();
    }

    @Test
    void theLatestOfItsTagsSaysHowFarOneMustRead() {
        marks.restart(at(1));
        assertThat(marks.latest(hashes(LAMP, CHAIR))).isEmpty();
        marks.changed(hashes(LAMP), at(20));
        marks.changed(hashes(CHAIR), at(10));
        assertThat(marks.latest(hashes(LAMP, CHAIR, TABLE))).contains(at(20));
        assertThat(marks.latest(hashes(CHAIR))).contains(at(10));
        assertThat(marks.latest(hashes(TABLE))).isEmpty();
    }

    /** What the cache was asked to keep, and what it is told, in turn. */
    record Reading(Position from, Set<Tag> tags) {}

    @Property
    void whatIsOutdatedNeverHoldsHoweverFewMarksAreRemembered(
            @ForAll @IntRange(min = 1, max = 4) int most,
            @ForAll("readings") List<Reading> readings,
            @ForAll("changes") List<Reading> changes) {
        Marks few = new Marks(most);
        few.restart(Position.START);
        replay(readings, changes, few, (outdated, holds) -> !(outdated && holds));
        assertThat(few.size()).isLessThanOrEqualTo(most);
    }

    @Property
    void withRoomForAllMarksAnswersHoldUntilTheyAreOutdated(
            @ForAll("readings") List<Reading> readings, @ForAll("changes") List<Reading> changes) {
        Marks enough = new Marks(1_000);
        enough.restart(Position.START);
        replay(readings, changes, enough, (outdated, holds) -> outdated != holds);
    }

    private interface Rule {
        boolean allows(boolean outdated, boolean holds);
    }

    /** Judges each answer before the first change and after every one, by a map that forgets nothing. */
    private static void replay(List<Reading> readings, List<Reading> changes, Marks marks, Rule rule) {
        Map<Reading, StoredAnswer> answers =
                readings.stream().distinct().collect(Collectors.toMap(reading -> reading, MarksTest::keep));
        Map<Tag, Position> model = new HashMap<>();
        assertThat(answers.values()).allMatch(marks::holds);
        for (Reading change : changes) {
            marks.changed(Tag.hashes(change.tags()), change.from());
            change.tags().forEach(tag -> model.merge(tag, change.from(), Position::max));
            answers.forEach((reading, answer) -> {
                boolean outdated = reading.tags().stream()
                        .anyMatch(tag -> !reading.from().reaches(model.getOrDefault(tag, Position.START)));
                assertThat(rule.allows(outdated, marks.holds(answer)))
                        .as("%s after %s", reading, change)
                        .isTrue();
            });
        }
    }

    @Provide
    Arbitrary<List<Reading>> readings() {
        return reading().list().ofMaxSize(10);
    }

    @Provide
    Arbitrary<List<Reading>> changes() {
        return reading().list().ofMaxSize(20);
    }

    private static Arbitrary<Reading> reading() {
        Arbitrary<Position> positions = Combinators.combine(
                        Arbitraries.integers().between(1, 2),
                        Arbitraries.longs().between(0, 20))
                .as(Position::new);
        Arbitrary<Set<Tag>> tags =
                Arbitraries.of("a", "b", "c", "d", "e", "f").map(Tag::new).set().ofMaxSize(3);
        return Combinators.combine(positions, tags).as(Reading::new);
    }

    private static StoredAnswer keep(Reading reading) {
        return StoredAnswer.of(
                Answer.of("", reading.tags()), new byte[0], reading.from(), reading.from(), new Life(0, 0), 512);
    }

    private static StoredAnswer read(Position from, Tag... tags) {
        return keep(new Reading(from, Set.of(tags)));
    }

    private static Collection<Long> hashes(Tag... tags) {
        return Stream.of(tags).map(Tag::hash).toList();
    }

    private static Position at(long lsn) {
        return new Position(1, lsn);
    }
}
