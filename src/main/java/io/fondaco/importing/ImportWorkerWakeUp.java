package io.fondaco.importing;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/** Wakes the worker of this pod immediately; without it the next poll would find the work. */
@ApplicationScoped
class ImportWorkerWakeUp {
    private static final Logger LOG = Logger.getLogger(ImportWorkerWakeUp.class);

    private final ImportWorker worker;
    // Not the container's executor: that one propagates the caller's request context, which ends with the response
    // while the worker still needs one.
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("import-", 0).factory());

    ImportWorkerWakeUp(ImportWorker worker) {
        this.worker = worker;
    }

    /** Call it after the commit that enqueued an import. */
    void wakeUp() {
        try {
            threads.execute(worker::process);
        } catch (RejectedExecutionException e) {
            LOG.debug("The import worker was not woken: the application is shutting down", e);
        }
    }

    /** Accepts no more work. The batch that is being applied ends; the worker stops after it. */
    @PreDestroy
    void stop() {
        threads.shutdown();
    }
}
