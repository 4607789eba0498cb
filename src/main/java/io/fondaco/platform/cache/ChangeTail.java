package io.fondaco.platform.cache;

import io.fondaco.platform.Complaint;
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
class ChangeTail {
    private static final Logger LOG = Logger.getLogger(ChangeTail.class);
    private static final int MOST_ROWS = 10_000;
    private static final double JITTER = 0.2;

    private final Topology topology;
    private final CacheSettings settings;
    private final CacheMetrics metrics;
    private final Marks marks;
    private final HeardChanges changes;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Node source;
    private String horizon = ChangeLog.END;
    private int timeline;
    private long clockMillis;
    private volatile boolean begun;
    private volatile Heard heard = new Heard(Position.START, 0);
    private final Complaint complaint = new Complaint();

    /** Up to where this pod has heard of all changes, and when it looked. */
    private record Heard(Position upTo, long lookedAt) {}

    ChangeTail(Topology topology, CacheSettings settings, CacheMetrics metrics) {
        this.topology = topology;
        this.settings = settings;
        this.metrics = metrics;
        this.marks = new Marks(settings.maxMarks());
        this.changes = new HeardChanges(marks);
    }

    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION + 500) StartupEvent event) {
        metrics.describe(marks);
        if (settings.enabled()) {
            Thread.ofVirtual().name("cache-tail").start(this::follow);
        }
    }

    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) ShutdownEvent event) {
        stopping.countDown();
    }

    Marks marks() {
        return marks;
    }

    /** Whether the last look is so recent that nothing told before the lease began can be missing. */
    boolean isInTouch(long now) {
        return isWithin(now, settings.lease());
    }

    boolean isWithin(long now, Duration limit) {
        Heard last = heard;
        return begun && now - last.lookedAt() <= limit.toNanos();
    }

    /** Nothing is known against what holds of {@link #marks} up to there. */
    Position heardUpTo() {
        return heard.upTo();
    }

    /** A change that its writer tells of, this pod or another. */
    void told(Change change) {
        changes.told(change);
    }

    /** Forgets everything, for something was changed and cannot be placed. */
    void startOver() {
        begun = false;
        marks.restart(Position.endOf(Integer.MAX_VALUE));
    }

    private void follow() {
        try {
            do {
                lookOnce();
            } while (!stopping.await(pauseNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private long pauseNanos() {
        double jitter = 1 + ThreadLocalRandom.current().nextDouble(-JITTER, JITTER);
        return (long) (settings.checkInterval().toNanos() * jitter);
    }

    private void lookOnce() {
        Optional<Node> chosen = source();
        if (chosen.isEmpty()) {
            return;
        }
        try {
            look(chosen.get());
            complaint.settle();
        } catch (SQLException | RuntimeException e) {
            metrics.lookFailed();
            if (stopping.getCount() > 0 && complaint.isNew(e)) {
                LOG.warnf("The log of changes cannot be read from %s: %s", chosen.get(), e.getMessage());
            }
        }
    }

    private Optional<Node> source() {
        return topology.primary().or(() -> topology.rotation().stream().max(Comparator.comparing(Node::replayed)));
    }

    private void look(Node server) throws SQLException {
        boolean anew = !begun || hasBeenAwayTooLong(System.nanoTime());
        long lookedAt = System.nanoTime();
        ChangeLog.Look look;
        try (Connection connection = server.connection()) {
            look = ChangeLog.read(connection, anew ? ChangeLog.END : horizon, MOST_ROWS + 1);
        }
        boolean otherHistory = look.before().position().timeline() != timeline
                || look.after().position().timeline()
                        != look.before().position().timeline();
        boolean clockJumped = Math.abs(look.clockMillis() - clockMillis)
                > settings.retention().dividedBy(2).toMillis();
        if (anew || otherHistory || clockJumped || look.rows().size() > MOST_ROWS) {
            begin(look, anew ? "" : otherHistory ? "another timeline" : "too much has happened since");
        } else {
            apply(server, look);
        }
        timeline = look.after().position().timeline();
        clockMillis = look.clockMillis();
        heard = new Heard(look.before().visible(), lookedAt);
    }

    private boolean hasBeenAwayTooLong(long now) {
        return !isWithin(now, settings.retention().dividedBy(2));
    }

    /** What was committed before this look is in all that is read at or past the place where the server stood after it. */
    private void begin(ChangeLog.Look look, String why) {
        if (!why.isEmpty()) {
            LOG.warnf("Cached answers are forgotten: %s", why);
        }
        changes.begin(look.after().position());
        horizon = look.horizon();
        begun = true;
        metrics.begunAnew();
    }

    private void apply(Node server, ChangeLog.Look look) {
        int marked = changes.shown(look.rows(), look.after().position(), server == source);
        if (marked > 0) {
            metrics.changed("log", marked);
        }
        source = server;
        horizon = look.horizon();
    }
}
