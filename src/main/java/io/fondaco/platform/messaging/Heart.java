package io.fondaco.platform.messaging;

import io.fondaco.platform.Complaint;
import io.fondaco.platform.Ear;
import io.fondaco.platform.roles.Role;
import io.fondaco.platform.roles.Roles;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Keeps this pod's part in carrying events alive: makes its listeners known, says that it lives, asks now and then whether
 * there is anything to do, and leaves in order. An idle pod costs the database
 * some three small statements a second.
 */
@ApplicationScoped
class Heart {
    private static final Logger LOG = Logger.getLogger(Heart.class);
    private static final long STOP_SECONDS = 10;

    private final Leases leases;
    private final OutboxLog log;
    private final Listeners listeners;
    private final MessagingSettings settings;
    private final Roles roles;
    private final Bell bell;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<Tail> tails = new CopyOnWriteArrayList<>();

    private volatile boolean subscribed;
    private volatile Map<String, Instant> since = Map.of();
    private volatile int workers = 1;
    private long lastBeat;
    private OutboxLog.Pulse last = new OutboxLog.Pulse(-1, false);
    private final Complaint complaint = new Complaint();

    Heart(Leases leases, OutboxLog log, Listeners listeners, MessagingSettings settings, Roles roles, Bell bell) {
        this.leases = leases;
        this.log = log;
        this.listeners = listeners;
        this.settings = settings;
        this.roles = roles;
        this.bell = bell;
    }

    /** After the migrations and before anything is served: what is told from now on is for these listeners. */
    void onStart(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE + 50) StartupEvent event) {
        attend(this::subscribe);
        Thread.ofVirtual().name("messaging-heart").start(this::live);
    }

    /** Before the channels are taken down: batches under way are finished, and leases given back. */
    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        stopping.countDown();
        bell.ring();
        bell.ringForRetries();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        for (Tail tail : tails) {
            tail.join(deadline - System.nanoTime());
        }
        if (roles.plays(Role.WORKER) && subscribed) {
            attend(leases::leave);
        }
    }

    boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /** Waits, unless the pod stops meanwhile. */
    void pause(long millis) throws InterruptedException {
        if (stopping.await(millis, TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("This pod stops");
        }
    }

    /** How many workers are alive. */
    int workers() {
        return workers;
    }

    boolean isSubscribed() {
        return subscribed;
    }

    /** Since when a listener listens; what was told clearly before is not for it. */
    Instant since(String listener) {
        return since.getOrDefault(listener, Instant.MIN);
    }

    /** Has what is told handled, from now until this pod stops; nothing where this pod is no worker. */
    void follow(String name, Tail.Source source, Function<List<Event>, CompletionStage<Void>> handler) {
        follow(name, source, handler, settings.busyInterval(), bell.listenForNews());
    }

    /** The same for what failed; nobody asks for it again and again while there is none. */
    void retry(String name, Tail.Source source, Function<List<Event>, CompletionStage<Void>> handler) {
        follow(name, source, handler, settings.safetyInterval(), bell.listenForRetries());
    }

    private void follow(
            String name,
            Tail.Source source,
            Function<List<Event>, CompletionStage<Void>> handler,
            Duration whileBusy,
            Ear ear) {
        if (roles.plays(Role.WORKER)) {
            Tail tail = new Tail(name, source, handler, this, settings, whileBusy, ear);
            tails.add(tail);
            tail.start();
        }
    }

    private interface Work {
        void run() throws SQLException;
    }

    private void attend(Work work) {
        try {
            work.run();
            complaint.settle();
        } catch (SQLException | RuntimeException e) {
            if (!isStopping() && complaint.isNew(e)) {
                LOG.warnf("Events wait: %s", e.getMessage());
            }
        }
    }

    void subscribe() throws SQLException {
        List<String> names = new ArrayList<>(listeners.names());
        List<String> all = new ArrayList<>(names);
        if (listeners.kafka().isPresent()) {
            all.add(Listeners.KAFKA);
        }
        // Kafka's relay begins where the listeners had come, when the database carried their events until now.
        leases.subscribe(all, Map.of(Listeners.KAFKA, names));
        since = leases.subscribedSince();
        subscribed = true;
    }

    private void live() {
        try {
            do {
                if (!subscribed) {
                    attend(this::subscribe);
                } else if (roles.plays(Role.WORKER)) {
                    attend(this::beat);
                }
            } while (!stopping.await(settings.idleInterval().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void beat() throws SQLException {
        long now = System.nanoTime();
        if (lastBeat == 0 || now - lastBeat > settings.lease().toNanos() / 3) {
            workers = leases.beat();
            lastBeat = now;
        }
        OutboxLog.Pulse pulse = log.pulse();
        if (pulse.position() != last.position()) {
            bell.ring();
        }
        if (pulse.parkedDue()) {
            bell.ringForRetries();
        }
        last = pulse;
    }
}
