package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.cache.StoredAnswer.Life;
import io.fondaco.platform.topology.Position;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** While a mark makes room or all begins anew, what it spoke against holds at no moment. */
class MarksRaceTest {
    private static final int ROUNDS = 20_000;
    private static final int LOOKS = 800;

    /** With many tags there is time between the first look and the last, with one hardly any. */
    @ParameterizedTest
    @CsvSource({"forget,40", "restart,40", "forget,1", "restart,1"})
    void whatIsOutdatedHoldsAtNoMoment(String how, int count) throws Exception {
        Set<Tag> tags =
                IntStream.range(0, count).mapToObj(i -> new Tag("t" + i)).collect(Collectors.toSet());
        Tag outdated = new Tag("t" + count / 2);
        Position readAt = new Position(1, 9);
        StoredAnswer answer = StoredAnswer.of(Answer.of("", tags), new byte[0], readAt, readAt, new Life(0, 0), 512);
        AtomicInteger wrong = new AtomicInteger();
        Race.run(
                ROUNDS,
                200,
                () -> {
                    Marks marks = new Marks(1);
                    marks.restart(Position.START);
                    marks.changed(List.of(outdated.hash()), new Position(1, 10));
                    return marks;
                },
                marks -> {
                    boolean held = false;
                    for (int n = 0; n < LOOKS / count; n++) {
                        held |= marks.holds(answer);
                    }
                    answer.foundToHold(-1);
                    wrong.addAndGet(held ? 1 : 0);
                },
                marks -> {
                    if (how.equals("forget")) {
                        marks.changed(List.of(1L), new Position(1, 20));
                    } else {
                        marks.restart(new Position(1, 30));
                    }
                });
        assertThat(wrong.get()).isZero();
    }
}
