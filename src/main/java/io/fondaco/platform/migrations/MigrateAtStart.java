package io.fondaco.platform.migrations;

import io.agroal.api.AgroalDataSource;
import io.fondaco.platform.topology.DatabaseSettings;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.sql.SQLException;
import java.time.Duration;

/** Migrates the schemas, or checks that they are migrated, before the modules' own start-up work runs. */
@ApplicationScoped
class MigrateAtStart {
    /**
     * How long a migration waits for a table lock. All other statements on the table queue behind it meanwhile, so it
     * then rolls back and tries again later.
     */
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(1);

    /** How long the migrations of one module are retried before the run fails. */
    private static final Duration RETRY_TIMEOUT = Duration.ofMinutes(5);

    private final SchemaVersionCheck check;
    private final DatabaseSettings settings;

    MigrateAtStart(SchemaVersionCheck check, DatabaseSettings settings) {
        this.check = check;
        this.settings = settings;
    }

    /** Runs before the scheduler, which starts at {@link Interceptor.Priority#PLATFORM_BEFORE}. */
    void onStart(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE - 1) StartupEvent event) throws SQLException {
        if (settings.migrateAtStart().orElse(false)) {
            try (AgroalDataSource primary = MigrationPool.open(settings)) {
                new MigrationRunner(primary, LOCK_TIMEOUT, RETRY_TIMEOUT).migrate(MigrationScripts.ofThisRelease());
            }
            check.markUpToDate();
        } else {
            check.requireUpToDate();
        }
    }
}
