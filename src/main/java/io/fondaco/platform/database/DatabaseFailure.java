package io.fondaco.platform.database;

import io.fondaco.platform.Causes;
import io.fondaco.platform.topology.FailoverExceptionSorter;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
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

    // Agroal throws a plain SQLException without a SQLSTATE: only the texts differ. DatabaseFailureTest asks the pool.
    private static final String NO_FREE_CONNECTION = "acquisition timeout";
    private static final String WRAPPER_CLOSED = "Connection is closed";

    /** Whether the database is unavailable and nothing was done; background work then waits and tries again. */
    public boolean isOutage() {
        return this == UNAVAILABLE || this == POOL_EXHAUSTED || this == INSUFFICIENT_RESOURCES;
    }

    /** Classifies by causes and suppressed exceptions, because a transaction manager may hide the reason in either. */
    public static DatabaseFailure classify(Throwable thrown) {
        Optional<SQLException> sql = Causes.find(thrown, SQLException.class);
        Optional<XAException> commit = Causes.find(thrown, XAException.class);
        DatabaseFailure failure = sql.map(DatabaseFailure::fromSqlException).orElse(OTHER);
        if (commit.isPresent() && (failure == UNAVAILABLE || sql.isEmpty())) {
            return COMMIT_OUTCOME_UNKNOWN;
        }
        return failure;
    }

    /** Whether the database rejected the data itself (SQLSTATE classes 22 and 23), so that a retry cannot succeed. */
    public static boolean isCausedByData(Throwable thrown) {
        return Causes.find(thrown, SQLException.class)
                .map(SQLException::getSQLState)
                .filter(state -> state.startsWith("22") || state.startsWith("23"))
                .isPresent();
    }

    private static DatabaseFailure fromSqlException(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String message = String.valueOf(e.getMessage());
        if (message.contains(NO_FREE_CONNECTION)) {
            return POOL_EXHAUSTED;
        }
        if (FailoverExceptionSorter.isConnectionLost(e)
                || state.equals("53300")
                || e.getCause() instanceof TimeoutException
                || message.contains(WRAPPER_CLOSED)) {
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
}
