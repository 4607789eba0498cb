package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import jakarta.persistence.EntityManager;
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
 * Gives an empty shop something to show: {@code fondaco.demo-shop=true} queues the files of the demo shop as imports. They
 * go in once, however many pods start at the same time, and are taken up again after a crash like any other import. Until
 * they have ended the pod is not ready, so that whoever waits for it finds products that can be bought.
 */
@Readiness
@ApplicationScoped
class DemoShop implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(DemoShop.class);
    private static final String CURRENCY = "EUR";
    private static final String FILES = "demo-shop/";

    private final boolean wanted;
    private final Queue queue;
    private final ImportBell bell;
    private volatile long files;
    private volatile boolean loaded;

    DemoShop(
            @ConfigProperty(name = "fondaco.demo-shop", defaultValue = "false") boolean wanted,
            Queue queue,
            ImportBell bell) {
        this.wanted = wanted;
        this.queue = queue;
        this.bell = bell;
    }

    /** After the migrations, which have the platform's priority. */
    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION + 500) StartupEvent event) {
        if (!wanted) {
            return;
        }
        if (queue.intoAnEmptyCatalogue()) {
            LOG.info("The demo shop is being loaded");
            bell.ring();
        }
        files = queue.queued();
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("demo shop").status(isLoaded()).build();
    }

    /** Asks only as long as it is not, and a database that does not answer is another check's matter. */
    private boolean isLoaded() {
        if (!loaded) {
            try {
                loaded = files == 0 || queue.ended() >= files;
            } catch (RuntimeException e) {
                LOG.debug("Nobody says whether the demo shop is loaded", e);
            }
        }
        return loaded;
    }

    /** Both files in one transaction, or neither. */
    @ApplicationScoped
    static class Queue {
        private final Uploads uploads;
        private final Catalog catalog;
        private final EntityManager entities;

        Queue(Uploads uploads, Catalog catalog, EntityManager entities) {
            this.uploads = uploads;
            this.catalog = catalog;
            this.entities = entities;
        }

        /** How many files of it were ever queued. */
        @ReadsFrom(Route.PRIMARY)
        @ActivateRequestContext
        @Transactional
        long queued() {
            return count("SELECT count(*) FROM importing.import WHERE starts_with(name, :files)");
        }

        /** How many have ended, as those see it who read a replica. */
        @ReadsFrom(Route.REPLICA)
        @ActivateRequestContext
        @Transactional
        long ended() {
            return count("""
                    SELECT count(*) FROM importing.import
                     WHERE starts_with(name, :files) AND finished_at IS NOT NULL
                    """);
        }

        private long count(String sql) {
            return (Long) entities.createNativeQuery(sql, Long.class)
                    .setParameter("files", FILES)
                    .getSingleResult();
        }

        @ActivateRequestContext
        @Transactional
        boolean intoAnEmptyCatalogue() {
            if (!catalog.snapshotsAfter(Optional.empty(), 1).isEmpty()) {
                return false;
            }
            Optional<ImportId> products = queue(FileKind.PRODUCTS, Optional.empty());
            if (products.isEmpty()) {
                return false;
            }
            queue(FileKind.STOCK, products);
            return true;
        }

        private Optional<ImportId> queue(FileKind kind, Optional<ImportId> after) {
            String file = FILES + kind + ".csv";
            Uploads.Order order = new Uploads.Order(kind, FileFormat.FONDACO, CURRENCY, false, true);
            return uploads.queueOnce(file, order, read(file), after);
        }

        private static byte[] read(String file) {
            try (InputStream bytes =
                    Thread.currentThread().getContextClassLoader().getResourceAsStream(file)) {
                if (bytes == null) {
                    throw new IllegalStateException("The application lacks its file " + file);
                }
                return bytes.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read " + file, e);
            }
        }
    }
}
