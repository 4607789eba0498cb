package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
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
import org.jboss.logging.Logger;

/**
 * Gives an empty shop something to show: {@code fondaco.demo-shop=true} queues the files of the demo shop as imports. They
 * go in once, however many pods start at the same time, and are taken up again after a crash like any other import.
 */
@ApplicationScoped
class DemoShop {
    private static final Logger LOG = Logger.getLogger(DemoShop.class);
    private static final String CURRENCY = "EUR";

    private final boolean wanted;
    private final Queue queue;
    private final ImportBell bell;

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
        if (wanted && queue.intoAnEmptyCatalogue()) {
            LOG.info("The demo shop is being loaded");
            bell.ring();
        }
    }

    /** Both files in one transaction, or neither. */
    @ApplicationScoped
    static class Queue {
        private final Uploads uploads;
        private final Catalog catalog;

        Queue(Uploads uploads, Catalog catalog) {
            this.uploads = uploads;
            this.catalog = catalog;
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
            String file = "demo-shop/" + kind + ".csv";
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
