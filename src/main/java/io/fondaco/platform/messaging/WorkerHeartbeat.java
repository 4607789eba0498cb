package io.fondaco.platform.messaging;

import io.fondaco.platform.LogOnce;
import io.fondaco.platform.WakeUpSignal;
import io.fondaco.platform.roles.PodRole;
import io.fondaco.platform.roles.PodRoles;
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
class WorkerHeartbeat {
    private static final Logger LOG = Logger.getLogger(WorkerHeartbeat.class);
    private static final long SHUTDOWN_TIMEOUT_SECONDS = 10;

    private final BucketLeases bucketLeases;
    private final OutboxReader outboxReader;
    private final ListenerConfig listenerConfig;
    private final MessagingSettings settings;
    private final PodRoles podRoles;
    private final WorkerWakeUp wakeUp;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<ConsumerLoop> consumerLoops = new CopyOnWriteArrayList<>();

    private volatile boolean subscribed;
    private volatile Map<String, Instant> subscribedSince = Map.of();
    private volatile int liveWorkers = 1;
    private long lastHeartbeatNanos;
    private OutboxReader.PendingWork lastPendingWork = new OutboxReader.PendingWork(-1, false);
    private final LogOnce logOnce = new LogOnce();

    WorkerHeartbeat(
            BucketLeases bucketLeases,
            OutboxReader log,
            ListenerConfig listenerConfig,
            MessagingSettings settings,
            PodRoles podRoles,
            WorkerWakeUp workerWakeUp) {
        this.bucketLeases = bucketLeases;
        this.outboxReader = log;
        this.listenerConfig = listenerConfig;
        this.settings = settings;
        this.podRoles = podRoles;
        this.wakeUp = workerWakeUp;
    }

    /** After the migrations and before anything is served: what is told from now on is for these listeners. */
    void onStart(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE + 50) StartupEvent event) {
        runLogged(this::subscribe);
        Thread.ofVirtual().name("messaging-heart").start(this::heartbeatLoop);
    }

    /** Before the channels are taken down: batches under way are finished, and leases given back. */
    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        stopping.countDown();
        wakeUp.signalNewEvents();
        wakeUp.signalRetries();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SHUTDOWN_TIMEOUT_SECONDS);
        for (ConsumerLoop consumerLoop : consumerLoops) {
            consumerLoop.join(deadline - System.nanoTime());
        }
        if (podRoles.has(PodRole.WORKER) && subscribed) {
            runLogged(bucketLeases::releaseAll);
        }
    }

    boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /** Waits, unless the pod stops meanwhile. */
    void sleepUnlessStopping(long millis) throws InterruptedException {
        if (stopping.await(millis, TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("This pod stops");
        }
    }

    /** How many workers are alive. */
    int liveWorkers() {
        return liveWorkers;
    }

    boolean isSubscribed() {
        return subscribed;
    }

    /** Since when a listener listens; what was told clearly before is not for it. */
    Instant subscribedSince(String listener) {
        return subscribedSince.getOrDefault(listener, Instant.MIN);
    }

    /** Has what is told handled, from now until this pod stops; nothing where this pod is no worker. */
    void startConsumer(
            String name, ConsumerLoop.BatchSource batchSource, Function<List<Event>, CompletionStage<Void>> handler) {
        startConsumer(name, batchSource, handler, settings.busyInterval(), wakeUp.onNewEvents());
    }

    /** The same for what failed; nobody asks for it again and again while there is none. */
    void startRetryConsumer(
            String name, ConsumerLoop.BatchSource batchSource, Function<List<Event>, CompletionStage<Void>> handler) {
        startConsumer(name, batchSource, handler, settings.safetyInterval(), wakeUp.onRetries());
    }

    private void startConsumer(
            String name,
            ConsumerLoop.BatchSource batchSource,
            Function<List<Event>, CompletionStage<Void>> handler,
            Duration whileBusy,
            WakeUpSignal wakeUpSignal) {
        if (podRoles.has(PodRole.WORKER)) {
            ConsumerLoop consumerLoop =
                    new ConsumerLoop(name, batchSource, handler, this, settings, whileBusy, wakeUpSignal);
            consumerLoops.add(consumerLoop);
            consumerLoop.start();
        }
    }

    private interface SqlTask {
        void run() throws SQLException;
    }

    private void runLogged(SqlTask sqlTask) {
        try {
            sqlTask.run();
            logOnce.reset();
        } catch (SQLException | RuntimeException e) {
            if (!isStopping() && logOnce.shouldLog(e)) {
                LOG.warnf("Events wait: %s", e.getMessage());
            }
        }
    }

    void subscribe() throws SQLException {
        List<String> names = new ArrayList<>(listenerConfig.names());
        List<String> all = new ArrayList<>(names);
        if (listenerConfig.kafkaServers().isPresent()) {
            all.add(ListenerConfig.KAFKA_RELAY);
        }
        // Kafka's relay begins where the listeners had come, when the database carried their events until now.
        bucketLeases.subscribe(all, Map.of(ListenerConfig.KAFKA_RELAY, names));
        subscribedSince = bucketLeases.subscribedSince();
        subscribed = true;
    }

    private void heartbeatLoop() {
        try {
            do {
                if (!subscribed) {
                    runLogged(this::subscribe);
                } else if (podRoles.has(PodRole.WORKER)) {
                    runLogged(this::heartbeat);
                }
            } while (!stopping.await(settings.idleInterval().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void heartbeat() throws SQLException {
        long now = System.nanoTime();
        if (lastHeartbeatNanos == 0
                || now - lastHeartbeatNanos > settings.lease().toNanos() / 3) {
            liveWorkers = bucketLeases.heartbeat();
            lastHeartbeatNanos = now;
        }
        OutboxReader.PendingWork pendingWork = outboxReader.checkPendingWork();
        if (pendingWork.lastPosition() != lastPendingWork.lastPosition()) {
            wakeUp.signalNewEvents();
        }
        if (pendingWork.retriesDue()) {
            wakeUp.signalRetries();
        }
        lastPendingWork = pendingWork;
    }
}
