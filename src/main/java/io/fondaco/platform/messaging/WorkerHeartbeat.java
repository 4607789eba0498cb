package io.fondaco.platform.messaging;

import io.fondaco.platform.LogOnce;
import io.fondaco.platform.WakeUpSignal;
import io.fondaco.platform.jobs.DueWorkPoll;
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
 * Lifecycle of this pod as a worker: subscribes its listeners, records that it is alive, and releases its leases at
 * shutdown. One small statement for each heartbeat; new events and due retries are found by {@link DueWorkPoll}.
 */
@ApplicationScoped
class WorkerHeartbeat {
    private static final Logger LOG = Logger.getLogger(WorkerHeartbeat.class);
    private static final long SHUTDOWN_TIMEOUT_SECONDS = 10;

    private final BucketLeases bucketLeases;
    private final DueWorkPoll dueWorkPoll;
    private final ListenerConfig listenerConfig;
    private final MessagingSettings settings;
    private final PodRoles podRoles;
    private final WorkerWakeUp wakeUp;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<ConsumerLoop> consumerLoops = new CopyOnWriteArrayList<>();

    private volatile boolean subscribed;
    private volatile Map<String, Instant> subscribedSince = Map.of();
    private volatile int liveWorkers = 1;
    private volatile boolean recorded;
    private volatile long liveWorkersChangedAt = System.nanoTime();
    private long lastPosition = DueWorkPoll.UNKNOWN;
    private final LogOnce logOnce = new LogOnce();

    WorkerHeartbeat(
            BucketLeases bucketLeases,
            DueWorkPoll dueWorkPoll,
            ListenerConfig listenerConfig,
            MessagingSettings settings,
            PodRoles podRoles,
            WorkerWakeUp workerWakeUp) {
        this.bucketLeases = bucketLeases;
        this.dueWorkPoll = dueWorkPoll;
        this.listenerConfig = listenerConfig;
        this.settings = settings;
        this.podRoles = podRoles;
        this.wakeUp = workerWakeUp;
    }

    /**
     * Runs after the migrations and before the pod serves requests, so that the listeners receive every event that is
     * published from now on.
     */
    void onStart(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE + 50) StartupEvent event) {
        dueWorkPoll.watchValue(OutboxReader.LAST_POSITION, this::onLastPosition);
        dueWorkPoll.watch(RetryQueue.HAS_DUE_EVENTS, wakeUp::signalRetries);
        runLogged(this::subscribe);
        Thread.ofVirtual().name("messaging-heartbeat").start(this::heartbeatLoop);
    }

    /** Runs before the channels are closed: finishes the current batches and releases the leases. */
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

    /** Waits; throws if the pod is stopping. */
    void sleepUnlessStopping(long millis) throws InterruptedException {
        if (stopping.await(millis, TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("This pod is stopping");
        }
    }

    /** The number of live workers, as of the last heartbeat. */
    int liveWorkers() {
        return liveWorkers;
    }

    /** Whether the listeners of this pod may hold buckets: they are subscribed, and the pod is recorded as alive. */
    boolean mayHoldBuckets() {
        return subscribed && recorded;
    }

    /** Whether the number of live workers has changed so recently that others may still hold this worker's share. */
    boolean isSettling(long now) {
        return now - liveWorkersChangedAt < settings.lease().toNanos();
    }

    /** The time at which a listener subscribed. It does not receive events that were published before. */
    Instant subscribedSince(String listener) {
        return subscribedSince.getOrDefault(listener, Instant.MIN);
    }

    /** Starts a consumer loop for new events that runs until this pod stops; does nothing without the worker role. */
    void startConsumer(
            String name, ConsumerLoop.BatchSource batchSource, Function<List<Event>, CompletionStage<Void>> handler) {
        startConsumer(name, batchSource, handler, ConsumerLoop.BUSY_INTERVAL, wakeUp.onNewEvents());
    }

    /** Starts a consumer loop for retries. It polls rarely, because it is signalled when a retry is due. */
    void startRetryConsumer(
            String name, ConsumerLoop.BatchSource batchSource, Function<List<Event>, CompletionStage<Void>> handler) {
        startConsumer(name, batchSource, handler, ConsumerLoop.SAFETY_INTERVAL, wakeUp.onRetries());
    }

    private void startConsumer(
            String name,
            ConsumerLoop.BatchSource batchSource,
            Function<List<Event>, CompletionStage<Void>> handler,
            Duration busyPollInterval,
            WakeUpSignal wakeUpSignal) {
        if (podRoles.has(PodRole.WORKER)) {
            ConsumerLoop consumerLoop =
                    new ConsumerLoop(name, batchSource, handler, this, busyPollInterval, wakeUpSignal);
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
                LOG.warnf(
                        "Event worker failed to subscribe, to send its heartbeat or to release its leases: %s",
                        e.getMessage());
            }
        }
    }

    void subscribe() throws SQLException {
        List<String> names = new ArrayList<>(listenerConfig.names());
        List<String> all = new ArrayList<>(names);
        if (listenerConfig.kafkaServers().isPresent()) {
            all.add(ListenerConfig.KAFKA_RELAY);
        }
        // If the database has transported the events until now, the Kafka relay starts at the positions of the
        // listeners.
        bucketLeases.subscribe(all, Map.of(ListenerConfig.KAFKA_RELAY, names));
        subscribedSince = bucketLeases.subscribedSince();
        subscribed = true;
    }

    private void heartbeatLoop() {
        try {
            do {
                if (!subscribed) {
                    runLogged(this::subscribe);
                }
                if (subscribed && podRoles.has(PodRole.WORKER)) {
                    runLogged(this::heartbeat);
                }
            } while (!stopping.await(heartbeatMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private long heartbeatMillis() {
        boolean settled = subscribed && (recorded || !podRoles.has(PodRole.WORKER));
        return settled ? settings.lease().toMillis() / 3 : ConsumerLoop.IDLE_INTERVAL.toMillis();
    }

    private void heartbeat() throws SQLException {
        int live = bucketLeases.heartbeat();
        boolean changed = !recorded || live != liveWorkers;
        liveWorkers = live;
        recorded = true;
        if (changed) {
            liveWorkersChangedAt = System.nanoTime();
            wakeUp.signalNewEvents();
        }
    }

    private void onLastPosition(long position) {
        if (position != DueWorkPoll.UNKNOWN && position != lastPosition) {
            lastPosition = position;
            wakeUp.signalNewEvents();
        }
    }
}
