package io.fondaco.platform.migrations;

import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/**
 * Sets the lock and statement timeouts before each migration.
 *
 * @param blockingTimeouts SQL that sets the timeouts of blocking migrations
 * @param onlineTimeouts SQL that sets the timeouts of online migrations
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
            throw new FlywayException("Cannot set the timeouts of " + script, e);
        }
    }

    @Override
    public String getCallbackName() {
        return "limits";
    }
}
