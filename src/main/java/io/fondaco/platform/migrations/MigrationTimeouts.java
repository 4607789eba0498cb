package io.fondaco.platform.migrations;

import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/**
 * Sets, before each migration, how long it may wait for a lock and how long a statement of it may take.
 *
 * @param blockingTimeouts of those that others wait behind, as SQL
 * @param onlineTimeouts of those that hold up nobody
 */
record MigrationTimeouts(String module, MigrationScripts scripts, String blockingTimeouts, String onlineTimeouts)
        implements Callback {
    @Override
    public boolean supports(Event event, Context context) {
        return event == Event.BEFORE_EACH_MIGRATE;
    }

    @Override
    public boolean canHandleInTransaction(Event event, Context context) {
        return true;
    }

    @Override
    public void handle(Event event, Context context) {
        String script = context.getMigrationInfo().getScript();
        try (Statement statement = context.getConnection().createStatement()) {
            statement.execute(scripts.isOnline(module, script) ? onlineTimeouts : blockingTimeouts);
        } catch (SQLException e) {
            throw new FlywayException("Cannot set limits for " + script, e);
        }
    }

    @Override
    public String getCallbackName() {
        return "limits";
    }
}
