package io.fondaco.platform.database;

import io.agroal.api.AgroalDataSource;
import io.fondaco.platform.topology.DatabaseSettings;
import io.quarkus.agroal.DataSource;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;

/** Migrates before any module's own start-up work runs. */
@ApplicationScoped
class MigrateAtStart {
    private final AgroalDataSource primary;
    private final DatabaseSettings settings;

    MigrateAtStart(@DataSource("primary") AgroalDataSource primary, DatabaseSettings settings) {
        this.primary = primary;
        this.settings = settings;
    }

    void onStart(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        if (settings.migrateAtStart().orElse(false)) {
            Migrations.migrate(primary);
        }
    }
}
