package io.fondaco.platform;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;

/** Finds the causes of an exception. */
public final class Causes {
    private static final int MAX_DEPTH = 20;
    private static final int MAX_EXCEPTIONS = 50;

    private Causes() {}

    /** The root cause: the last exception of the chain, which has no cause itself; follows at most 20 causes. */
    public static Throwable rootCause(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause.getCause() != null && depth < MAX_DEPTH; depth++) {
            cause = cause.getCause();
        }
        return cause;
    }

    /**
     * Returns the first exception of that type among the thrown exception, its causes and their suppressed exceptions,
     * because a transaction manager may hide the reason in either; looks at no more than 50 exceptions.
     */
    public static <T extends Throwable> Optional<T> find(Throwable thrown, Class<T> type) {
        Deque<Throwable> open = new ArrayDeque<>();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        open.add(thrown);
        while (!open.isEmpty() && seen.size() < MAX_EXCEPTIONS) {
            Throwable next = open.remove();
            if (!seen.add(next)) {
                continue;
            }
            if (type.isInstance(next)) {
                return Optional.of(type.cast(next));
            }
            if (next.getCause() != null) {
                open.add(next.getCause());
            }
            open.addAll(Arrays.asList(next.getSuppressed()));
        }
        return Optional.empty();
    }
}
