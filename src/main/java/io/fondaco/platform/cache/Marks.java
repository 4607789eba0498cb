package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Position;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Up to where each tag is known to have changed. An answer that was read before a change of one of its tags is not true any
 * more, whether it was kept before this pod heard of the change or is about to be kept after it.
 *
 * <p>Bounded: the oldest mark makes room for a new one, and takes with it all answers that it might have spoken against,
 * by raising the floor, below which nothing is true.
 */
final class Marks {
    private final int most;
    private final Map<Long, Position> changed = new ConcurrentHashMap<>();
    private final ArrayDeque<Mark> inOrder = new ArrayDeque<>();
    /** Counts what is told, so that an answer that was found to hold need not be looked at again until something is. */
    private volatile long state;

    private volatile Position floor = Position.endOf(Integer.MAX_VALUE);

    private record Mark(Long tag, Position at) {}

    /** @param most how many tags are remembered */
    Marks(int most) {
        this.most = most;
    }

    /** @param at at or past the commit that changed them */
    synchronized void changed(Collection<Long> tags, Position at) {
        for (Long tag : tags) {
            changed.merge(tag, at, Position::max);
            inOrder.addLast(new Mark(tag, at));
        }
        while (inOrder.size() > most) {
            forget(inOrder.removeFirst());
        }
        state++;
    }

    private void forget(Mark oldest) {
        Position last = changed.get(oldest.tag());
        if (last != null && oldest.at().reaches(last)) {
            floor = floor.max(last);
            changed.remove(oldest.tag());
        }
    }

    /** Begins anew: what was read before this position is true no more, and nothing is known of what came before it. */
    synchronized void restart(Position at) {
        floor = at;
        changed.clear();
        inOrder.clear();
        state++;
    }

    /** Whether nothing is known against it. */
    boolean holds(StoredAnswer answer) {
        // The state first: what is told meanwhile makes another, and then this finding counts for nothing.
        long now = state;
        if (answer.wasFoundToHold(now)) {
            return true;
        }
        boolean holds = isNewEnough(answer);
        if (holds) {
            answer.foundToHold(now);
        }
        return holds;
    }

    private boolean isNewEnough(StoredAnswer answer) {
        Position from = answer.from();
        // The floor last: it is raised before a mark is taken away, so who misses the mark stands on the new floor.
        for (int i = 0; i < answer.tagCount(); i++) {
            Position last = changed.get(answer.tag(i));
            if (last != null && !from.reaches(last)) {
                return false;
            }
        }
        return from.reaches(floor);
    }

    /** Up to where what has these tags must be read; empty when nothing is known against any reading. */
    Optional<Position> latest(Collection<Long> tags) {
        Position latest = Position.START;
        for (Long tag : tags) {
            latest = latest.max(changed.getOrDefault(tag, Position.START));
        }
        return latest.equals(Position.START) ? Optional.empty() : Optional.of(latest);
    }

    Position floor() {
        return floor;
    }

    int size() {
        return changed.size();
    }
}
