package io.fondaco.importing;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/** Wakes the worker of this pod at once; without it the next poll would find the work. */
@ApplicationScoped
class ImportWorkerWakeUp {
    private static final Logger LOG = Logger.getLogger(ImportWorkerWakeUp.class);

    private final ImportWorker worker;
    // Not the container's executor: that one carries the caller's request context along, which ends with the response
    // while the worker still needs one.
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("import-", 0).factory());

    ImportWorkerWakeUp(ImportWorker worker) {
        this.worker = worker;
    }

    /** To be called after the commit that queued an import. */
    void wakeUp() {
        try {
            threads.execute(worker::process);
        } catch (RejectedExecutionException e) {
            LOG.debug("Not woken: shutting down", e);
        }
    }

    /** Lets the batch in hand end; the worker goes no further once the application stops. */
    @PreDestroy
    void stop() {
        threads.shutdown();
    }
}
