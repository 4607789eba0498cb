package io.fondaco.platform.database;

import java.sql.SQLTransientConnectionException;

/** No available server can answer consistently with the caller's token; becomes a 503. */
final class DatabaseUnavailable extends RuntimeException {
    DatabaseUnavailable(String message) {
        super(message, new SQLTransientConnectionException(message, "08001"));
    }
}
