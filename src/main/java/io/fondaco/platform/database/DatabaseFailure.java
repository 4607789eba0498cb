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

/** Classifies the exceptions that the database and its driver throw. */
public enum DatabaseFailure {
    /** No connection could be made, or it broke: the server is down or a failover is in progress. Retry soon. */
    UNAVAILABLE,

    /** All connections are in use, and none became free in time: the load is more than this pod can serve. */
    POOL_EXHAUSTED,

    /** The server is out of disk space or memory. Nothing was done. An operator has to free space. */
    INSUFFICIENT_RESOURCES,

    /**
     * The connection broke during the commit, so it is unknown whether the transaction was committed. Retry with the
     * same Idempotency-Key.
     */
    COMMIT_OUTCOME_UNKNOWN,

    /**
     * A lock timeout, a deadlock, a serialization failure, or a query that a replica cancelled to continue its replay.
     * Retry.
     */
    TRANSIENT_CONFLICT,

    /** The statement exceeded its timeout and was cancelled. Retry later. */
    STATEMENT_TIMEOUT,

    /** A statement tried to write on a read-only route or server. */
    READ_ONLY_VIOLATION,

    /** Any other database error, or not a database error. */
    OTHER;

    private static final int MAX_CAUSES = 50;

    /** Whether the database is unavailable and nothing was done; background work then waits and tries again. */
    public boolean isOutage() {
        return this == UNAVAILABLE || this == POOL_EXHAUSTED || this == INSUFFICIENT_RESOURCES;
    }

    /** Classifies by causes and suppressed exceptions, because a transaction manager may hide the reason in either. */
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

    /**
     * Returns the first exception of that type among the thrown exception, its causes and their suppressed exceptions.
     */
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
