package io.fondaco.platform.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final int PLACES = 32;
    private static final int LENGTH = 100;

    private final AtomicLong now = new AtomicLong(1_000_000_000_000L);
    private final List<Call> admitted = new ArrayList<>();
    private final List<Call> refused = new ArrayList<>();
    private final Gate gate = gate(Map.of(
            Priority.BUY, Duration.ofSeconds(1),
            Priority.BROWSE, Duration.ofMillis(500),
            Priority.ADMIN, Duration.ofMillis(500),
            Priority.BULK, Duration.ofMillis(200)));

    private Gate gate(Map<Priority, Duration> patience) {
        return new Gate(PLACES, LENGTH, patience::get, now::get);
    }

    private final class Call implements Visitor {
        private final Priority priority;
        private boolean gone;

        Call(Priority priority) {
            this.priority = priority;
        }

        @Override
        public Priority priority() {
            return priority;
        }

        @Override
        public void admit() {
            admitted.add(this);
        }

        @Override
        public void refuse() {
            refused.add(this);
        }

        @Override
        public boolean isGone() {
            return gone;
        }
    }

    private Gate.Entrance enter(Priority priority) {
        return gate.enter(new Call(priority));
    }

    private void enter(Priority priority, int times, Gate.Entrance expected) {
        for (int i = 0; i < times; i++) {
            assertThat(enter(priority)).isEqualTo(expected);
        }
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private List<Priority> priorities(List<Call> calls) {
        return calls.stream().map(Call::priority).toList();
    }

    @Test
    void aBoundedNumberIsServedABoundedNumberWaitsTheRestIsRefused() {
        enter(Priority.BUY, PLACES, Gate.Entrance.ADMITTED);
        enter(Priority.BUY, LENGTH, Gate.Entrance.WAITING);
        enter(Priority.BUY, 3, Gate.Entrance.REFUSED);
        assertThat(gate.served(Priority.BUY)).isEqualTo(PLACES);
        assertThat(gate.waiting(Priority.BUY)).isEqualTo(LENGTH);
    }

    @Test
    void whoComesNextIsServedInOrderOfPriority() {
        // Each has its share already: 2 of 32.
        enter(Priority.ADMIN, 2, Gate.Entrance.ADMITTED);
        enter(Priority.BULK, 2, Gate.Entrance.ADMITTED);
        enter(Priority.BROWSE, 2, Gate.Entrance.ADMITTED);
        enter(Priority.BUY, PLACES - 6, Gate.Entrance.ADMITTED);
        for (Priority waiting : List.of(Priority.BULK, Priority.ADMIN, Priority.BROWSE, Priority.BUY)) {
            enter(waiting, 1, Gate.Entrance.WAITING);
        }
        for (int i = 0; i < 4; i++) {
            gate.leave(Priority.BUY);
        }
        assertThat(priorities(admitted)).containsExactly(Priority.BUY, Priority.BROWSE, Priority.ADMIN, Priority.BULK);
    }

    @Test
    void whateverElseIsAskedForWhoBuysFindsAPlace() {
        enter(Priority.BULK, PLACES / 8, Gate.Entrance.ADMITTED);
        enter(Priority.BULK, 1, Gate.Entrance.WAITING);
        enter(Priority.ADMIN, PLACES / 2, Gate.Entrance.ADMITTED);
        enter(Priority.ADMIN, 1, Gate.Entrance.WAITING);
        enter(Priority.BUY, PLACES - PLACES / 8 - PLACES / 2, Gate.Entrance.ADMITTED);
    }

    @Test
    void aQuarterOfThePlacesIsNeverTakenByBrowsing() {
        enter(Priority.BROWSE, PLACES * 3 / 4, Gate.Entrance.ADMITTED);
        enter(Priority.BROWSE, 1, Gate.Entrance.WAITING);
        enter(Priority.BUY, PLACES / 4, Gate.Entrance.ADMITTED);
        gate.leave(Priority.BUY);
        assertThat(admitted).isEmpty();
        gate.leave(Priority.BROWSE);
        assertThat(priorities(admitted)).containsExactly(Priority.BROWSE);
    }

    @Test
    void noPriorityIsStarved() {
        enter(Priority.BUY, PLACES, Gate.Entrance.ADMITTED);
        enter(Priority.BUY, 50, Gate.Entrance.WAITING);
        enter(Priority.ADMIN, 5, Gate.Entrance.WAITING);
        for (int i = 0; i < 10; i++) {
            gate.leave(Priority.BUY);
        }
        assertThat(priorities(admitted)).filteredOn(Priority.ADMIN::equals).hasSize(PLACES / 16);
    }

    @Test
    void bulkNeverTakesMoreThanItsPart() {
        enter(Priority.BULK, PLACES / 8, Gate.Entrance.ADMITTED);
        enter(Priority.BULK, 1, Gate.Entrance.WAITING);
        enter(Priority.BROWSE, 1, Gate.Entrance.ADMITTED);
        gate.leave(Priority.BROWSE);
        assertThat(admitted).isEmpty();
        gate.leave(Priority.BULK);
        assertThat(priorities(admitted)).containsExactly(Priority.BULK);
    }

    @Test
    void aBurstWaitsForAsLongAsItMay() {
        enter(Priority.BROWSE, PLACES * 3 / 4, Gate.Entrance.ADMITTED);
        enter(Priority.BROWSE, 1, Gate.Entrance.WAITING);
        pass(Duration.ofMillis(99));
        assertThat(gate.sweep()).isTrue();
        assertThat(refused).isEmpty();
        gate.leave(Priority.BROWSE);
        assertThat(admitted).hasSize(1);
    }

    @Test
    void inAQueueThatStandsATenthOfThePatienceIsLeft() {
        enter(Priority.BROWSE, PLACES * 3 / 4, Gate.Entrance.ADMITTED);
        enter(Priority.BROWSE, 1, Gate.Entrance.WAITING);
        pass(Duration.ofMillis(90));
        enter(Priority.BROWSE, 1, Gate.Entrance.WAITING);
        pass(Duration.ofMillis(20));
        assertThat(gate.sweep()).as("the second has waited for 20 ms of 50").isTrue();
        assertThat(refused).hasSize(1);
        pass(Duration.ofMillis(31));
        assertThat(gate.sweep()).isFalse();
        assertThat(refused).hasSize(2);
        // It has been empty: a burst may wait again.
        enter(Priority.BROWSE, 1, Gate.Entrance.WAITING);
        pass(Duration.ofMillis(99));
        assertThat(gate.sweep()).isTrue();
    }

    @Test
    void aPlaceThatIsThereIsGivenHoweverShortThePatienceHasBecome() {
        enter(Priority.BROWSE, PLACES * 3 / 4, Gate.Entrance.ADMITTED);
        enter(Priority.BROWSE, 1, Gate.Entrance.WAITING);
        pass(Duration.ofMillis(200));
        gate.leave(Priority.BROWSE);
        assertThat(admitted).hasSize(1);
        assertThat(refused).isEmpty();
    }

    @Test
    void whoBuysWaitsForAsLongAsItMayWhateverComes() {
        enter(Priority.BUY, PLACES, Gate.Entrance.ADMITTED);
        enter(Priority.BUY, 1, Gate.Entrance.WAITING);
        pass(Duration.ofMillis(999));
        assertThat(gate.sweep()).isTrue();
        pass(Duration.ofMillis(2));
        assertThat(gate.sweep()).isFalse();
        assertThat(refused).hasSize(1);
    }

    @Test
    void whoeverWentAwayIsNotServedNorTold() {
        enter(Priority.BUY, PLACES, Gate.Entrance.ADMITTED);
        Call gone = new Call(Priority.BUY);
        Call patient = new Call(Priority.BUY);
        assertThat(gate.enter(gone)).isEqualTo(Gate.Entrance.WAITING);
        assertThat(gate.enter(patient)).isEqualTo(Gate.Entrance.WAITING);
        gone.gone = true;
        gate.leave(Priority.BUY);
        assertThat(admitted).containsExactly(patient);
        assertThat(refused).isEmpty();
    }

    /** Whatever comes and goes: nobody is told twice, no place is lost or made, and all are empty in the end. */
    @Test
    void placesAreNeitherLostNorMade() {
        Random random = new Random(7);
        Map<Priority, Integer> inside = new EnumMap<>(Priority.class);
        int asked = 0;
        int atOnce = 0;
        int turnedAway = 0;
        int told = 0;
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(100) < 60) {
                Priority priority = Priority.values()[random.nextInt(Priority.values().length)];
                asked++;
                switch (enter(priority)) {
                    case ADMITTED -> {
                        atOnce++;
                        inside.merge(priority, 1, Integer::sum);
                    }
                    case REFUSED -> turnedAway++;
                    case WAITING -> {}
                }
            } else {
                List<Priority> served = inside.entrySet().stream()
                        .flatMap(entry -> IntStream.range(0, entry.getValue()).mapToObj(_ -> entry.getKey()))
                        .toList();
                if (!served.isEmpty()) {
                    Priority leaving = served.get(random.nextInt(served.size()));
                    inside.merge(leaving, -1, Integer::sum);
                    gate.leave(leaving);
                }
            }
            pass(Duration.ofMillis(random.nextInt(3)));
            for (; told < admitted.size(); told++) {
                inside.merge(admitted.get(told).priority(), 1, Integer::sum);
            }
            for (Priority priority : Priority.values()) {
                assertThat(gate.served(priority)).isEqualTo(inside.getOrDefault(priority, 0));
            }
            assertThat(inside.values().stream().mapToInt(Integer::intValue).sum())
                    .isLessThanOrEqualTo(PLACES);
        }
        pass(Duration.ofSeconds(2));
        gate.sweep();
        assertThat(admitted).doesNotHaveDuplicates().doesNotContainAnyElementsOf(refused);
        assertThat(refused).doesNotHaveDuplicates();
        assertThat(atOnce + admitted.size() + refused.size() + turnedAway).isEqualTo(asked);
    }
}
