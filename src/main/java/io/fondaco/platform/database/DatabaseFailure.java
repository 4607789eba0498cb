package io.fondaco.platform.database;

import io.fondaco.platform.topology.FailoverExceptionSorter;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import javax.transaction.xa.XAException;

/** What it means when the database throws. */
public enum DatabaseFailure {
    /** There is no connection, or it broke: the server is away or changing its part. Try again soon. */
    UNAVAILABLE,

    /** All connections are in use, and none became free in time: more is asked for than this pod can do. */
    POOL_EXHAUSTED,

    /** The server has no room for it, on its disk or in its memory; nothing was done. Somebody has to make room. */
    INSUFFICIENT_RESOURCES,

    /** It broke in the middle of a commit: done or not, nobody knows. Try again with the same Idempotency-Key. */
    COMMIT_OUTCOME_UNKNOWN,

    /** A lock, a deadlock, a serialization failure, or a replica that had to go on replaying: try again. */
    TRANSIENT_CONFLICT,

    /** A statement took longer than it may, and was ended: try again later. */
    STATEMENT_TIMEOUT,

    /** A statement wrote where the route or the server only reads. */
    READ_ONLY_VIOLATION,

    /** Something else, or not of the database at all. */
    OTHER;

    private static final int MAX_CAUSES = 50;

    /** Whether it is no fault of what was asked for, and nothing was done: who works in the background waits. */
    public boolean isOutage() {
        return this == UNAVAILABLE || this == POOL_EXHAUSTED || this == INSUFFICIENT_RESOURCES;
    }

    /** Looks through causes and suppressed exceptions; a transaction manager hides the reason in either. */
    public static DatabaseFailure classify(Throwable thrown) {
        Optional<SQLException> sql = findCause(thrown, SQLException.class);
        Optional<XAException> commit = findCause(thrown, XAException.class);
        DatabaseFailure failure = sql.map(DatabaseFailure::fromSqlException).orElse(OTHER);
        if (commit.isPresent() && (failure == UNAVAILABLE || sql.isEmpty())) {
            return COMMIT_OUTCOME_UNKNOWN;
        }
        return failure;
    }

    private static DatabaseFailure fromSqlException(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String message = String.valueOf(e.getMessage());
        if (message.contains("acquisition timeout")) {
            return POOL_EXHAUSTED;
        }
        if (FailoverExceptionSorter.isConnectionLost(e)
                || state.equals("53300")
                || message.contains("Acquisition timeout while waiting for new connection")
                || message.contains("Connection is closed")) {
            return UNAVAILABLE;
        }
        return switch (state) {
            case "40001", "40P01", "55P03" -> TRANSIENT_CONFLICT;
            case "53100", "53200" -> INSUFFICIENT_RESOURCES;
            case "57014" -> STATEMENT_TIMEOUT;
            case "25006" -> READ_ONLY_VIOLATION;
            default -> OTHER;
        };
    }

    /** The first of that type among what was thrown, its causes and what they suppressed. */
    public static <T extends Throwable> Optional<T> findCause(Throwable thrown, Class<T> type) {
        Deque<Throwable> open = new ArrayDeque<>();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        open.add(thrown);
        while (!open.isEmpty() && seen.size() < MAX_CAUSES) {
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
            open.addAll(java.util.Arrays.asList(next.getSuppressed()));
        }
        return Optional.empty();
    }
}
