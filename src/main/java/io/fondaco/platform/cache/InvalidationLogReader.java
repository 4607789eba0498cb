package io.fondaco.platform.cache;

import io.fondaco.platform.IdleTime;
import io.fondaco.platform.Jitter;
import io.fondaco.platform.LogOnce;
import io.fondaco.platform.WakeUpSignal;
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
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the invalidation log, so that this pod receives every invalidation even if messages between pods are lost, and
 * knows up to which position it has applied them all: a cached response without a later invalidation is current up to
 * there. It reads ten times a second while requests look up responses, and rarely while none does; the first request
 * after such a time makes it read immediately.
 *
 * <p>Reads from the primary; while none is known, from the replica in rotation that has replayed furthest, since no
 * other source remains. It invalidates the whole cache at the start, when the timeline has changed (writes that the
 * failover lost may be cached), when it has not read for so long that rows may have been deleted, and when the log has
 * more rows than one read may return.
 */
@ApplicationScoped
class InvalidationLogReader {
    private static final Logger LOG = Logger.getLogger(InvalidationLogReader.class);
    private static final int MAX_ROWS = 10_000;

    /** Evicting the oldest entry raises the floor: anything read below it is stale. */
    private static final int MAX_INDEX_ENTRIES = 50_000;

    /** How often the log is read while requests look up responses. */
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);

    /** How often the log is read while no request looks up a response, so that the next read has few rows. */
    private static final Duration IDLE_POLL_INTERVAL = Duration.ofSeconds(30);

    /** How long the first requests after an idle time wait for a read of the log. */
    private static final Duration IDLE_READ_TIMEOUT = Duration.ofMillis(200);

    private static final double JITTER = 0.2;

    private final Topology topology;
    private final CacheSettings settings;
    private final CacheMetrics metrics;
    private final InvalidationIndex index;
    private final InvalidationDeduplicator deduplicator;
    private final WakeUpSignal wakeUpSignal = new WakeUpSignal();
    private final IdleTime idleTime = new IdleTime(IDLE_READ_TIMEOUT);
    private volatile boolean stopping;
    private @Nullable Node lastNode;
    private String xminHorizon = InvalidationLog.MAX_XID;
    private int timeline;
    private long clockMillis;
    private volatile boolean synchronizedWithLog;
    private volatile ReadProgress progress = new ReadProgress(Position.START, 0, InvalidationLog.MAX_XID, 0);
    private final LogOnce readFailureLog = new LogOnce();

    /**
     * How far the log is applied.
     *
     * @param position up to which all invalidations are applied
     * @param readAtNanos time of the read
     * @param xminHorizon the invalidations of all transactions below it are applied
     * @param timeline of the server that was read
     */
    record ReadProgress(Position position, long readAtNanos, String xminHorizon, int timeline) {}

    InvalidationLogReader(Topology topology, CacheSettings settings, CacheMetrics metrics) {
        this.topology = topology;
        this.settings = settings;
        this.metrics = metrics;
        this.index = new InvalidationIndex(MAX_INDEX_ENTRIES);
        this.deduplicator = new InvalidationDeduplicator(index);
    }

    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION + 500) StartupEvent event) {
        metrics.registerGauges(index);
        if (settings.enabled()) {
            Thread.ofVirtual().name("cache-tail").start(this::run);
        }
    }

    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) ShutdownEvent event) {
        stopping = true;
        wakeUpSignal.signal();
    }

    InvalidationIndex index() {
        return index;
    }

    /**
     * Records that a request looks up a response: the log is read often from now on. Does not block.
     *
     * @param now by {@link System#nanoTime}
     */
    void beginUse(long now) {
        if (idleTime.recordUse(now, CompletableFuture::new)) {
            wakeUpSignal.signal();
        }
    }

    /**
     * As {@link #beginUse}, and waits for a read of the log if an idle time has just ended, for at most 200 ms: neither
     * cached responses nor loads are judged by an old state of the log.
     */
    void awaitCurrentLog() {
        beginUse(System.nanoTime());
        idleTime.awaitCatchUp();
    }

    /** Whether the last read is recent enough that only invalidations within the lease can be missing. */
    boolean isUpToDate(long now) {
        return hasReadWithin(now, settings.maxLogAge());
    }

    boolean hasReadWithin(long now, Duration limit) {
        ReadProgress last = progress;
        return synchronizedWithLog && now - last.readAtNanos() <= limit.toNanos();
    }

    /** All invalidations up to this position are in {@link #index}. */
    Position appliedPosition() {
        return progress.position();
    }

    /** How far the log is applied to {@link #index}; empty if it is not, or not recently enough. */
    Optional<ReadProgress> recentProgress(long now) {
        ReadProgress last = progress;
        return isUpToDate(now) ? Optional.of(last) : Optional.empty();
    }

    /** An invalidation from the pod that made the change, this one or another. */
    void receive(Invalidation invalidation) {
        deduplicator.applyMessage(invalidation);
    }

    /** Invalidates the whole cache, because the position of a change is not known. */
    void invalidateAll() {
        synchronizedWithLog = false;
        index.reset(Position.endOfTimeline(Integer.MAX_VALUE));
    }

    private void run() {
        try {
            while (!stopping) {
                CompletableFuture<Void> awaited = idleTime.catchUp();
                pollOnce();
                awaited.complete(null);
                awaitNextPoll();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitNextPoll() throws InterruptedException {
        long polledAt = System.nanoTime();
        long interval = Jitter.nanos(POLL_INTERVAL, JITTER);
        long idleInterval = Jitter.nanos(IDLE_POLL_INTERVAL, JITTER);
        while (!stopping) {
            long now = System.nanoTime();
            long left = polledAt + (idleTime.isIdle(now) ? idleInterval : interval) - now;
            if (left <= 0) {
                return;
            }
            wakeUpSignal.await(Duration.ofNanos(left));
        }
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
            if (!stopping && readFailureLog.shouldLog(e)) {
                LOG.warnf("Cannot read the invalidation log from %s: %s", chosen.get(), e.getMessage());
            }
        }
    }

    private Optional<Node> chooseNode() {
        return topology.primary()
                .or(() -> topology.rotation().stream().max(Comparator.comparing(Node::replayedPosition)));
    }

    private void poll(Node server) throws SQLException {
        boolean startOver = !synchronizedWithLog || isBeyondRetention(System.nanoTime());
        long readAt = System.nanoTime();
        InvalidationLog.LogRead logRead;
        try (Connection connection = server.connection()) {
            logRead = InvalidationLog.read(connection, startOver ? InvalidationLog.MAX_XID : xminHorizon, MAX_ROWS + 1);
        }
        boolean timelineChanged = logRead.walBefore().position().timeline() != timeline
                || logRead.walAfter().position().timeline()
                        != logRead.walBefore().position().timeline();
        boolean clockJumped = Math.abs(logRead.clockMillis() - clockMillis)
                > InvalidationLogCleanupJob.RETENTION.dividedBy(2).toMillis();
        if (startOver || timelineChanged || clockJumped || logRead.rows().size() > MAX_ROWS) {
            resynchronize(
                    logRead,
                    startOver
                            ? ""
                            : timelineChanged ? "the timeline changed" : "too many invalidations since the last read");
        } else {
            apply(server, logRead);
        }
        timeline = logRead.walAfter().position().timeline();
        clockMillis = logRead.clockMillis();
        progress = new ReadProgress(logRead.walBefore().visibleLowerBound(), readAt, xminHorizon, timeline);
    }

    private boolean isBeyondRetention(long now) {
        return !hasReadWithin(now, InvalidationLogCleanupJob.RETENTION.dividedBy(2));
    }

    /**
     * Everything committed before this read is visible to any read at or past the position that the server reported
     * after it.
     */
    private void resynchronize(InvalidationLog.LogRead logRead, String reason) {
        if (!reason.isEmpty()) {
            LOG.warnf("Invalidating the whole cache: %s", reason);
        }
        deduplicator.reset(logRead.walAfter().position());
        xminHorizon = logRead.xminHorizon();
        synchronizedWithLog = true;
        metrics.resynchronized();
    }

    private void apply(Node server, InvalidationLog.LogRead logRead) {
        int invalidated =
                deduplicator.applyLogRows(logRead.rows(), logRead.walAfter().position(), server == lastNode);
        if (invalidated > 0) {
            metrics.invalidated("log", invalidated);
        }
        lastNode = server;
        xminHorizon = logRead.xminHorizon();
    }
}
