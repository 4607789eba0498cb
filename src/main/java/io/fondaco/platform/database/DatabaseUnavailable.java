package io.fondaco.platform.database;

import java.sql.SQLTransientConnectionException;

/** No server that could answer truly does so just now; becomes a 503. */
final class DatabaseUnavailable extends RuntimeException {
    DatabaseUnavailable(String message) {
        super(message, new SQLTransientConnectionException(message, "08001"));
    }
}
