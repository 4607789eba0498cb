package io.fondaco.platform.migrations;

import io.fondaco.platform.Backoff;
import io.fondaco.platform.Causes;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jboss.logging.Logger;

/**
 * Brings every module's schema up to date: {@code db-migrations/<module>/V…sql} into the schema {@code <module>}, each
 * with a Flyway history of its own. Several pods may start at once: Flyway lets one migrate and the others wait.
 *
 * <p>A table's lock is waited for no longer than the lock time-out, for whoever comes later waits behind it; then the migration is
 * taken back and tried again, until its patience is spent. What holds up nobody (an index made concurrently, a constraint
 * validated) may wait that long at once, and take as long as it takes.
 */
final class MigrationRunner {
    private static final Logger LOG = Logger.getLogger(MigrationRunner.class);
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(5));
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(30);

    /** A lock that was not to be had in time, and a deadlock that was resolved at our cost. */
    private static final Set<String> RETRYABLE_STATES = Set.of("55P03", "40P01");

    private final DataSource primary;
    private final Duration lockTimeout;
    private final Duration retryTimeout;

    /**
     * @param lockTimeout how long a migration may stand before a table, and everybody else behind it
     * @param patience how long it is tried again, for each module
     */
    MigrationRunner(DataSource primary, Duration lockTimeout, Duration patience) {
        this.primary = primary;
        this.lockTimeout = lockTimeout;
        this.retryTimeout = patience;
    }

    /**
     * @return how many migrations ran, over all modules
     * @throws FlywayException when one fails, or gets its locks within the patience in no attempt
     */
    int migrate(MigrationScripts scripts) {
        List<String> behind = outdatedModules(scripts);
        int executed = behind.isEmpty() ? 0 : migrate(behind, scripts);
        LOG.infof("Database schemas are up to date (%d migrations ran)", executed);
        return executed;
    }

    /** The modules of which the database does not say that all is done. */
    private List<String> outdatedModules(MigrationScripts scripts) {
        try (Connection connection = primary.getConnection()) {
            FlywayHistories histories = FlywayHistories.read(connection);
            return scripts.modules().entrySet().stream()
                    .filter(module -> !histories.hasApplied(module.getKey(), module.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
        } catch (SQLException e) {
            throw new FlywayException("Cannot look at the histories of the modules", e);
        }
    }

    private int migrate(List<String> modules, MigrationScripts scripts) {
        Path unpacked = scripts.unpack();
        try {
            int executed = 0;
            for (String module : modules) {
                executed += migrateWithRetry(module, flyway(module, scripts, unpacked));
            }
            return executed;
        } finally {
            MigrationScripts.delete(unpacked);
        }
    }

    private Flyway flyway(String module, MigrationScripts scripts, Path unpacked) {
        return Flyway.configure()
                .dataSource(primary)
                .schemas(module)
                .createSchemas(true)
                .initSql(blockingTimeouts())
                .lockRetryCount((int) retryTimeout.toSeconds())
                // A lock held in an open transaction would be waited for by every index that is made concurrently.
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
                .callbacks(new MigrationTimeouts(
                        module, scripts, blockingTimeouts(), timeoutSql(retryTimeout, Duration.ZERO)))
                .locations("filesystem:" + unpacked.resolve(module))
                .load();
    }

    private String blockingTimeouts() {
        return timeoutSql(lockTimeout, STATEMENT_TIMEOUT);
    }

    private static String timeoutSql(Duration lock, Duration statement) {
        return "SET lock_timeout = %d; SET statement_timeout = %d".formatted(lock.toMillis(), statement.toMillis());
    }

    private int migrateWithRetry(String module, Flyway flyway) {
        Instant end = Instant.now().plus(retryTimeout);
        int executed = 0;
        for (int attempt = 1; ; attempt++) {
            try {
                deleteFailedEntries(module);
                return executed + flyway.migrate().migrationsExecuted;
            } catch (FlywayException e) {
                Duration pause = BACKOFF.delayAfter(attempt);
                if (!isRetryable(e) || Instant.now().plus(pause).isAfter(end)) {
                    throw e;
                }
                LOG.warnf(
                        "Module %s is not migrated yet, attempt %d: %s; tried again in %d ms",
                        module, attempt, Causes.rootCause(e).getMessage(), pause.toMillis());
                pause(pause);
            }
        }
    }

    /**
     * A migration without a transaction that broke off stands in the history as failed, and Flyway would not go on. Such are made so
     * that they can be begun again ({@code MigrationLintTest}); those with a transaction leave nothing behind.
     */
    private void deleteFailedEntries(String module) {
        String history = "\"%s\".flyway_schema_history".formatted(module);
        try (Connection connection = primary.getConnection();
                Statement statement = connection.createStatement()) {
            if (exists(statement, history)) {
                int failed = statement.executeUpdate("DELETE FROM %s WHERE NOT success".formatted(history));
                if (failed > 0) {
                    LOG.infof("A migration of module %s that broke off is begun again", module);
                }
            }
        } catch (SQLException e) {
            throw new FlywayException("Cannot look at the history of module " + module, e);
        }
    }

    private static boolean exists(Statement statement, String table) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT to_regclass('%s') IS NOT NULL".formatted(table))) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static boolean isRetryable(Throwable thrown) {
        return Causes.rootCause(thrown) instanceof SQLException e
                && RETRYABLE_STATES.contains(String.valueOf(e.getSQLState()));
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while migrating", e);
        }
    }
}
