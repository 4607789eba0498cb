package io.fondaco.platform.messaging;

import io.fondaco.platform.Complaint;
import io.fondaco.platform.Ear;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** Reads for one listener, batch after batch: the next one when the one before has been handled. */
final class Tail {
    private static final Logger LOG = Logger.getLogger(Tail.class);
    private static final long BUSY_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long FAILURE_MILLIS = 1_000;

    private final String name;
    private final Source source;
    private final Function<List<Event>, CompletionStage<Void>> handler;
    private final Heart heart;
    private final MessagingSettings settings;
    private final Duration whileBusy;
    private final Ear ear;
    private final Thread thread;
    private long busyUntil;
    private final Complaint complaint = new Complaint();

    /** Where batches come from. */
    interface Source {
        Batch next() throws SQLException;
    }

    /**
     * What was read.
     *
     * @param settled whether nothing was being written that could have been missed
     * @param handled to be done when its events have been handled
     */
    record Batch(List<Event> events, boolean settled, Handled handled) {}

    /** What follows when a batch has been handled. */
    interface Handled {
        void run() throws SQLException;
    }

    /** @param whileBusy how long to wait, shortly after there was something, before asking whether there is more */
    Tail(
            String name,
            Source source,
            Function<List<Event>, CompletionStage<Void>> handler,
            Heart heart,
            MessagingSettings settings,
            Duration whileBusy,
            Ear ear) {
        this.name = name;
        this.source = source;
        this.handler = handler;
        this.heart = heart;
        this.settings = settings;
        this.whileBusy = whileBusy;
        this.ear = ear;
        this.thread = Thread.ofVirtual().name("messaging-" + name).unstarted(this::follow);
    }

    void start() {
        thread.start();
    }

    /** Waits for the batch under way; gives up after some time. */
    void join(long nanos) {
        try {
            if (!thread.join(Duration.ofNanos(Math.max(1, nanos)))) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() {
        try {
            while (!heart.isStopping()) {
                if (!heart.isSubscribed()) {
                    heart.pause(settings.idleInterval().toMillis());
                } else {
                    work();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() throws InterruptedException {
        try {
            Batch batch = source.next();
            if (batch.events().isEmpty()) {
                rest(batch.settled());
            } else {
                busyUntil = System.nanoTime() + BUSY_NANOS;
                handler.apply(batch.events()).toCompletableFuture().get();
                batch.handled().run();
                if (batch.events().size() < settings.batch()) {
                    // Nothing is piling up: what comes within this goes together, for the price of one.
                    heart.pause(settings.busyInterval().toMillis());
                }
            }
            complaint.settle();
        } catch (SQLException | ExecutionException | RuntimeException e) {
            complain(e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e);
            heart.pause(FAILURE_MILLIS);
        }
    }

    private void rest(boolean settled) throws InterruptedException {
        long now = System.nanoTime();
        Duration pause = now < busyUntil ? whileBusy : settled ? settings.safetyInterval() : settings.idleInterval();
        if (ear.await(pause)) {
            busyUntil = System.nanoTime() + BUSY_NANOS;
        }
    }

    private void complain(Throwable thrown) {
        if (!heart.isStopping() && complaint.isNew(thrown)) {
            LOG.warnf("Events for %s wait: %s", name, thrown.getMessage());
        }
    }
}
