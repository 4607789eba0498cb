package io.fondaco.platform.topology;

import io.agroal.api.configuration.AgroalConnectionPoolConfiguration.ExceptionSorter;
import java.sql.SQLException;

/**
 * After which errors a connection is thrown away. The pool's own list has the connection errors (class 08) only; but a
 * server that shuts down says 57P01 to 57P05, and a connection to what has become a replica says 25006 to every write for ever.
 */
public final class FailoverExceptionSorter implements ExceptionSorter {
    /** What the driver says when the pool gave up waiting while it was connecting. */
    private static final String CONNECTING_INTERRUPTED = "99999";

    @Override
    public boolean isFatal(SQLException e) {
        return isConnectionLost(e) || "25006".equals(e.getSQLState());
    }

    /** Whether the server went away under the statement. */
    public static boolean isConnectionLost(SQLException e) {
        String state = e.getSQLState();
        return state != null
                && (state.startsWith("08") || state.startsWith("57P") || state.equals(CONNECTING_INTERRUPTED));
    }
}
