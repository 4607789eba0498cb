package io.fondaco.platform.messaging;

import io.fondaco.platform.LogOnce;
import io.fondaco.platform.WakeUpSignal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** Fetches batches of events for one listener. It fetches the next batch when the listener has handled the last one. */
final class ConsumerLoop {
    private static final Logger LOG = Logger.getLogger(ConsumerLoop.class);

    /** Events per bucket that a listener handles together. */
    static final int MAX_BATCH_EVENTS = 64;

    /** How often a worker fetches while an open transaction may have written an event that it has not seen. */
    static final Duration IDLE_INTERVAL = Duration.ofMillis(500);

    /** How often a worker fetches soon after an event. Events that arrive meanwhile are handled together. */
    static final Duration BUSY_INTERVAL = Duration.ofMillis(40);

    /**
     * How often a worker fetches without any signal. Commits of its own pod wake it immediately, those of other pods
     * within a second, and so does a worker that comes or goes.
     */
    static final Duration SAFETY_INTERVAL = Duration.ofMinutes(1);

    private static final long BUSY_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long FAILURE_MILLIS = 1_000;

    private final String name;
    private final BatchSource batchSource;
    private final Function<List<Event>, CompletionStage<Void>> handler;
    private final WorkerHeartbeat heartbeat;
    private final Duration busyPollInterval;
    private final WakeUpSignal wakeUpSignal;
    private final Thread thread;
    private long busyUntil;
    private final LogOnce logOnce = new LogOnce();

    /** The source of the batches. */
    interface BatchSource {
        FetchedBatch fetch() throws SQLException;
    }

    /**
     * A batch of events.
     *
     * @param complete whether the next fetch may wait for a signal: no open transaction could have written an event
     *     that this batch misses, and the worker holds its share of the buckets
     * @param acknowledgement to be called when the events have been handled
     */
    record FetchedBatch(List<Event> events, boolean complete, Acknowledgement acknowledgement) {}

    /** Records that a batch has been handled. */
    interface Acknowledgement {
        void acknowledge() throws SQLException;
    }

    /** @param busyPollInterval the wait after an empty fetch within 2 s of the last event or signal */
    ConsumerLoop(
            String name,
            BatchSource batchSource,
            Function<List<Event>, CompletionStage<Void>> handler,
            WorkerHeartbeat workerHeartbeat,
            Duration busyPollInterval,
            WakeUpSignal wakeUpSignal) {
        this.name = name;
        this.batchSource = batchSource;
        this.handler = handler;
        this.heartbeat = workerHeartbeat;
        this.busyPollInterval = busyPollInterval;
        this.wakeUpSignal = wakeUpSignal;
        this.thread = Thread.ofVirtual().name("messaging-" + name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Waits until the current batch is handled; interrupts the loop after the given time. */
    void join(long nanos) {
        try {
            if (!thread.join(Duration.ofNanos(Math.max(1, nanos)))) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!heartbeat.isStopping()) {
                if (!heartbeat.mayHoldBuckets()) {
                    heartbeat.sleepUnlessStopping(IDLE_INTERVAL.toMillis());
                } else {
                    processNextBatch();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void processNextBatch() throws InterruptedException {
        try {
            FetchedBatch fetchedBatch = batchSource.fetch();
            if (fetchedBatch.events().isEmpty()) {
                waitForWork(fetchedBatch.complete());
            } else {
                busyUntil = System.nanoTime() + BUSY_NANOS;
                handler.apply(fetchedBatch.events()).toCompletableFuture().get();
                fetchedBatch.acknowledgement().acknowledge();
                if (fetchedBatch.events().size() < MAX_BATCH_EVENTS) {
                    // There is no backlog. Events that arrive within this interval are handled in one transaction.
                    heartbeat.sleepUnlessStopping(BUSY_INTERVAL.toMillis());
                }
            }
            logOnce.reset();
        } catch (SQLException | ExecutionException | RuntimeException e) {
            logFailureOnce(e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e);
            heartbeat.sleepUnlessStopping(FAILURE_MILLIS);
        }
    }

    private void waitForWork(boolean complete) throws InterruptedException {
        long now = System.nanoTime();
        Duration pause = now < busyUntil ? busyPollInterval : complete ? SAFETY_INTERVAL : IDLE_INTERVAL;
        if (wakeUpSignal.await(pause)) {
            busyUntil = System.nanoTime() + BUSY_NANOS;
        }
    }

    private void logFailureOnce(Throwable thrown) {
        if (!heartbeat.isStopping() && logOnce.shouldLog(thrown)) {
            LOG.warnf(
                    "Consumer loop %s failed and tries again every %d ms: %s",
                    name, FAILURE_MILLIS, thrown.getMessage());
        }
    }
}
