package io.fondaco.importing;

import io.quarkus.virtual.threads.VirtualThreads;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/** Wakes the worker of this pod at once; without it the next poll would find the work. */
@ApplicationScoped
class ImportBell {
    private static final Logger LOG = Logger.getLogger(ImportBell.class);

    private final ImportWorker worker;
    private final ExecutorService threads;

    ImportBell(ImportWorker worker, @VirtualThreads ExecutorService threads) {
        this.worker = worker;
        this.threads = threads;
    }

    /** To be called after the commit that queued an import. */
    void ring() {
        try {
            threads.execute(worker::work);
        } catch (RejectedExecutionException e) {
            LOG.debug("Not woken: shutting down", e);
        }
    }
}
