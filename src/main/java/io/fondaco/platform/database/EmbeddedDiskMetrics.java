package io.fondaco.platform.database;

import io.fondaco.platform.topology.DatabaseSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.system.DiskSpaceMetrics;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Disk space of the embedded cluster's directory: {@code disk_free_bytes} and {@code disk_total_bytes}. Not registered
 * with configured servers.
 */
@ApplicationScoped
class EmbeddedDiskMetrics {
    private final DatabaseSettings settings;
    private final MeterRegistry registry;
    private final Path directory;

    EmbeddedDiskMetrics(
            DatabaseSettings settings,
            MeterRegistry registry,
            @ConfigProperty(name = DatabaseSelection.DATA_DIR, defaultValue = DatabaseSelection.DEFAULT_DATA_DIR)
                    Path directory) {
        this.settings = settings;
        this.registry = registry;
        this.directory = directory;
    }

    void onStart(@Observes StartupEvent event) {
        if (settings.embedded()) {
            new DiskSpaceMetrics(directory.toFile()).bindTo(registry);
        }
    }
}
