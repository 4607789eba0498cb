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
 * Migrates every module's schema: {@code db-migrations/<module>/V…sql} into the schema {@code <module>}, each with a
 * Flyway history of its own. Several pods may start at the same time: Flyway lets one migrate while the others wait.
 *
 * <p>A blocking migration waits for a table lock no longer than the lock timeout, because later statements on the table
 * queue behind it; then it is rolled back and retried until the retry timeout. An online migration (an index created
 * concurrently, a constraint validated) may wait for a lock up to the retry timeout, and has no statement timeout.
 */
final class MigrationRunner {
    private static final Logger LOG = Logger.getLogger(MigrationRunner.class);
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(5));
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(30);

    /** A lock timeout, and a deadlock that PostgreSQL resolved by aborting our transaction. */
    private static final Set<String> RETRYABLE_STATES = Set.of("55P03", "40P01");

    private final DataSource primary;
    private final Duration lockTimeout;
    private final Duration retryTimeout;

    /**
     * @param lockTimeout how long a migration may wait for a table lock, with all later statements on the table waiting
     *     behind it
     * @param retryTimeout how long the migrations of one module are retried
     */
    MigrationRunner(DataSource primary, Duration lockTimeout, Duration retryTimeout) {
        this.primary = primary;
        this.lockTimeout = lockTimeout;
        this.retryTimeout = retryTimeout;
    }

    /**
     * @return the number of migrations that ran, over all modules
     * @throws FlywayException if one fails, or gets its locks in no attempt within the retry timeout
     */
    int migrate(MigrationScripts scripts) {
        List<String> outdated = outdatedModules(scripts);
        int executed = outdated.isEmpty() ? 0 : migrate(outdated, scripts);
        LOG.infof("Database schemas are up to date (%d migrations ran)", executed);
        return executed;
    }

    /** Returns the modules whose history does not match this release. */
    private List<String> outdatedModules(MigrationScripts scripts) {
        try (Connection connection = primary.getConnection()) {
            FlywayHistories histories = FlywayHistories.read(connection);
            return scripts.modules().entrySet().stream()
                    .filter(module -> !histories.hasApplied(module.getKey(), module.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
        } catch (SQLException e) {
            throw new FlywayException("Cannot read the migration histories of the modules", e);
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
                // CREATE INDEX CONCURRENTLY waits for open transactions, so Flyway must not hold its lock in one.
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
                        "Migrating module %s failed in attempt %d, retrying in %d ms: %s",
                        module, attempt, pause.toMillis(), Causes.rootCause(e).getMessage());
                pause(pause);
            }
        }
    }

    /**
     * A migration without a transaction that broke off is in the history as failed, and Flyway would not continue. Such
     * migrations are written so that they can run again ({@code MigrationLintTest}); migrations with a transaction
     * leave nothing behind.
     */
    private void deleteFailedEntries(String module) {
        String history = "\"%s\".flyway_schema_history".formatted(module);
        try (Connection connection = primary.getConnection();
                Statement statement = connection.createStatement()) {
            if (exists(statement, history)) {
                int failed = statement.executeUpdate("DELETE FROM %s WHERE NOT success".formatted(history));
                if (failed > 0) {
                    LOG.infof(
                            "Module %s has %d failed migrations without a transaction: running them again",
                            module, failed);
                }
            }
        } catch (SQLException e) {
            throw new FlywayException("Cannot clear failed migrations from the history of module " + module, e);
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
