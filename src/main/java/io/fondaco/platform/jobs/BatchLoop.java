package io.fondaco.platform.jobs;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.util.concurrent.TimeUnit;

/** Repeats the batches of a job. */
@ApplicationScoped
public class BatchLoop {
    private static final long MAX_RUN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private volatile boolean stopping;

    /** One batch of a job's work. */
    public interface Batch {
        /** @return whether more may be due */
        boolean run() throws InterruptedException;
    }

    /**
     * Runs batches until nothing is due, for at most one minute: the outage of a remote system can leave more than one
     * batch. Starts no batch while the pod stops.
     */
    public void repeat(Batch batch) throws InterruptedException {
        long start = System.nanoTime();
        boolean more = true;
        while (more && !stopping && System.nanoTime() - start < MAX_RUN_NANOS) {
            more = batch.run();
        }
    }

    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        stopping = true;
    }
}
