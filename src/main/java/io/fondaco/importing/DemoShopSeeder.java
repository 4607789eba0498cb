package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.productfiles.FileFormat;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Fills an empty shop with sample data: {@code fondaco.demo-shop=true} enqueues the files of the demo shop as imports.
 * They are imported once, however many pods start at the same time, and are resumed after a crash like any other
 * import. The pod is not ready until they have ended, so that a client that waits for readiness finds products that it
 * can buy.
 */
@Readiness
@ApplicationScoped
class DemoShopSeeder implements HealthCheck {
    /** Whether the demo shop is loaded into an empty catalog. True with the embedded cluster. */
    static final String SETTING = "fondaco.demo-shop";

    private static final Logger LOG = Logger.getLogger(DemoShopSeeder.class);
    private static final String CURRENCY = "EUR";
    private static final String FILE_PREFIX = "demo-shop/";

    private final boolean enabled;
    private final SeedImports seedImports;
    private final ImportWorker worker;
    private volatile long queuedFiles;
    private volatile boolean loaded;

    DemoShopSeeder(
            @ConfigProperty(name = SETTING, defaultValue = "false") boolean enabled,
            SeedImports seedImports,
            ImportWorker worker) {
        this.enabled = enabled;
        this.seedImports = seedImports;
        this.worker = worker;
    }

    /** Runs after the migrations, which have the platform's priority. */
    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION + 500) StartupEvent event) {
        if (!enabled) {
            return;
        }
        if (seedImports.enqueueIfCatalogIsEmpty()) {
            LOG.info("Loading the demo shop");
            worker.wakeUp();
        }
        queuedFiles = seedImports.countQueued();
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("demo shop").status(isLoaded()).build();
    }

    /**
     * Queries the database only until the shop is loaded. An unreachable database counts as "not loaded"; another
     * health check reports it.
     */
    private boolean isLoaded() {
        if (!loaded) {
            try {
                loaded = queuedFiles == 0 || seedImports.countFinished() >= queuedFiles;
            } catch (RuntimeException e) {
                LOG.debug("Cannot determine whether the demo shop is loaded", e);
            }
        }
        return loaded;
    }

    /** Enqueues both files in one transaction, or neither. */
    @ApplicationScoped
    static class SeedImports {
        private final Uploads uploads;
        private final Catalog catalog;
        private final ImportQueries importQueries;

        SeedImports(Uploads uploads, Catalog catalog, ImportQueries importQueries) {
            this.uploads = uploads;
            this.catalog = catalog;
            this.importQueries = importQueries;
        }

        /** The number of demo shop files that were ever enqueued. */
        @ReadsFrom(Route.PRIMARY)
        @ActivateRequestContext
        @Transactional
        long countQueued() {
            return importQueries.countNamed(FILE_PREFIX);
        }

        /** The number of demo shop imports that have ended, as a client that reads from a replica sees them. */
        @ReadsFrom(Route.REPLICA)
        @ActivateRequestContext
        @Transactional
        long countFinished() {
            return importQueries.countFinished(FILE_PREFIX);
        }

        @ActivateRequestContext
        @Transactional
        boolean enqueueIfCatalogIsEmpty() {
            if (!catalog.listSnapshotsAfter(Optional.empty(), 1).isEmpty()) {
                return false;
            }
            Optional<ImportId> products = enqueue(FileKind.PRODUCTS, Optional.empty());
            if (products.isEmpty()) {
                return false;
            }
            enqueue(FileKind.STOCK, products);
            return true;
        }

        private Optional<ImportId> enqueue(FileKind kind, Optional<ImportId> after) {
            String file = FILE_PREFIX + kind + ".csv";
            Uploads.ImportOptions importOptions =
                    new Uploads.ImportOptions(kind, FileFormat.FONDACO, CURRENCY, false, true);
            return uploads.enqueueOnce(file, importOptions, read(file), after);
        }

        private static byte[] read(String file) {
            try (InputStream bytes =
                    Thread.currentThread().getContextClassLoader().getResourceAsStream(file)) {
                if (bytes == null) {
                    throw new IllegalStateException("The application has no resource " + file);
                }
                return bytes.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read " + file, e);
            }
        }
    }
}
