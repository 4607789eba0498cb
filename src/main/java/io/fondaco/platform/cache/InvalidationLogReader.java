package io.fondaco.platform.cache;

import io.fondaco.platform.LogOnce;
import io.fondaco.platform.topology.Node;
import io.fondaco.platform.topology.Position;
import io.fondaco.platform.topology.Topology;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows the log of changes, so that this pod hears of every one whatever becomes of messages between pods; and knows how
 * far it has heard: an answer that nothing was told against up to there is true up to there.
 *
 * <p>It looks at the primary, and while none is known at the furthest replica in rotation, for then a replica's word is
 * all there is. It begins anew, and all that was kept is forgotten, at the start, when another timeline has begun (what the
 * failover lost may have been kept), when it has not looked for so long that the log may have been pruned, and when there
 * is more in the log than can be looked at.
 */
@ApplicationScoped
class InvalidationLogReader {
    private static final Logger LOG = Logger.getLogger(InvalidationLogReader.class);
    private static final int MAX_ROWS = 10_000;
    private static final double JITTER = 0.2;

    private final Topology topology;
    private final CacheSettings settings;
    private final CacheMetrics metrics;
    private final InvalidationIndex index;
    private final InvalidationDeduplicator deduplicator;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Node lastNode;
    private String xminHorizon = InvalidationLog.MAX_XID;
    private int timeline;
    private long clockMillis;
    private volatile boolean synchronizedWithLog;
    private volatile ReadProgress progress = new ReadProgress(Position.START, 0);
    private final LogOnce readFailureLog = new LogOnce();

    /** Up to where this pod has heard of all changes, and when it looked. */
    private record ReadProgress(Position position, long readAtNanos) {}

    InvalidationLogReader(Topology topology, CacheSettings settings, CacheMetrics metrics) {
        this.topology = topology;
        this.settings = settings;
        this.metrics = metrics;
        this.index = new InvalidationIndex(settings.maxMarks());
        this.deduplicator = new InvalidationDeduplicator(index);
    }

    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION + 500) StartupEvent event) {
        metrics.registerGauges(index);
        if (settings.enabled()) {
            Thread.ofVirtual().name("cache-tail").start(this::run);
        }
    }

    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) ShutdownEvent event) {
        stopping.countDown();
    }

    InvalidationIndex index() {
        return index;
    }

    /** Whether the last look is so recent that nothing told before the lease began can be missing. */
    boolean isUpToDate(long now) {
        return hasReadWithin(now, settings.lease());
    }

    boolean hasReadWithin(long now, Duration limit) {
        ReadProgress last = progress;
        return synchronizedWithLog && now - last.readAtNanos() <= limit.toNanos();
    }

    /** Nothing is known against what holds of {@link #index} up to there. */
    Position appliedPosition() {
        return progress.position();
    }

    /** A change that its writer tells of, this pod or another. */
    void receive(Invalidation invalidation) {
        deduplicator.applyMessage(invalidation);
    }

    /** Forgets everything, for something was changed and cannot be placed. */
    void invalidateAll() {
        synchronizedWithLog = false;
        index.reset(Position.endOfTimeline(Integer.MAX_VALUE));
    }

    private void run() {
        try {
            do {
                pollOnce();
            } while (!stopping.await(pollDelayNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private long pollDelayNanos() {
        double jitter = 1 + ThreadLocalRandom.current().nextDouble(-JITTER, JITTER);
        return (long) (settings.checkInterval().toNanos() * jitter);
    }

    private void pollOnce() {
        Optional<Node> chosen = chooseNode();
        if (chosen.isEmpty()) {
            return;
        }
        try {
            poll(chosen.get());
            readFailureLog.reset();
        } catch (SQLException | RuntimeException e) {
            metrics.logReadFailed();
            if (stopping.getCount() > 0 && readFailureLog.shouldLog(e)) {
                LOG.warnf("The log of changes cannot be read from %s: %s", chosen.get(), e.getMessage());
            }
        }
    }

    private Optional<Node> chooseNode() {
        return topology.primary()
                .or(() -> topology.rotation().stream().max(Comparator.comparing(Node::replayedPosition)));
    }

    private void poll(Node server) throws SQLException {
        boolean anew = !synchronizedWithLog || isBeyondRetention(System.nanoTime());
        long lookedAt = System.nanoTime();
        InvalidationLog.LogRead logRead;
        try (Connection connection = server.connection()) {
            logRead = InvalidationLog.read(connection, anew ? InvalidationLog.MAX_XID : xminHorizon, MAX_ROWS + 1);
        }
        boolean otherHistory = logRead.walBefore().position().timeline() != timeline
                || logRead.walAfter().position().timeline()
                        != logRead.walBefore().position().timeline();
        boolean clockJumped = Math.abs(logRead.clockMillis() - clockMillis)
                > settings.retention().dividedBy(2).toMillis();
        if (anew || otherHistory || clockJumped || logRead.rows().size() > MAX_ROWS) {
            resynchronize(logRead, anew ? "" : otherHistory ? "another timeline" : "too much has happened since");
        } else {
            apply(server, logRead);
        }
        timeline = logRead.walAfter().position().timeline();
        clockMillis = logRead.clockMillis();
        progress = new ReadProgress(logRead.walBefore().visibleLowerBound(), lookedAt);
    }

    private boolean isBeyondRetention(long now) {
        return !hasReadWithin(now, settings.retention().dividedBy(2));
    }

    /** What was committed before this look is in all that is read at or past the place where the server stood after it. */
    private void resynchronize(InvalidationLog.LogRead logRead, String why) {
        if (!why.isEmpty()) {
            LOG.warnf("Cached answers are forgotten: %s", why);
        }
        deduplicator.reset(logRead.walAfter().position());
        xminHorizon = logRead.xminHorizon();
        synchronizedWithLog = true;
        metrics.resynchronized();
    }

    private void apply(Node server, InvalidationLog.LogRead logRead) {
        int marked =
                deduplicator.applyLogRows(logRead.rows(), logRead.walAfter().position(), server == lastNode);
        if (marked > 0) {
            metrics.invalidated("log", marked);
        }
        lastNode = server;
        xminHorizon = logRead.xminHorizon();
    }
}
