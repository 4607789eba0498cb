package io.fondaco.platform.topology;

import io.agroal.api.configuration.AgroalConnectionPoolConfiguration.ExceptionSorter;
import java.sql.SQLException;

/**
 * Decides after which errors the pool discards a connection. The pool's own list has only the connection errors (class
 * 08), but a server that shuts down reports 57P01 to 57P05, and a connection to a server that became a replica fails
 * every write with 25006.
 */
public final class FailoverExceptionSorter implements ExceptionSorter {
    /** The driver's SQLSTATE if the pool stopped waiting while the driver was connecting. */
    private static final String CONNECTING_INTERRUPTED = "99999";

    @Override
    public boolean isFatal(SQLException e) {
        return isConnectionLost(e) || "25006".equals(e.getSQLState());
    }

    /** Whether the connection to the server was lost during the statement. */
    public static boolean isConnectionLost(SQLException e) {
        String state = e.getSQLState();
        return state != null
                && (state.startsWith("08") || state.startsWith("57P") || state.equals(CONNECTING_INTERRUPTED));
    }
}
