package io.fondaco.importing;

import io.fondaco.importing.ImportLease.ImportLeaseLost;
import io.fondaco.platform.LogOnce;
import io.fondaco.platform.WakeUpSignal;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.DueWorkPoll;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.roles.PodRole;
import io.fondaco.platform.roles.PodRoles;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Processes imports, one at a time in each pod: immediately when one is enqueued in this pod, and within two seconds
 * imports that other pods enqueued or that a dead pod left unfinished. Does nothing without the worker role.
 */
@ApplicationScoped
class ImportWorker {
    /** The scheduled job that wakes the worker for imports of other pods. */
    static final String POLL_JOB = "import-poll";

    private static final Logger LOG = Logger.getLogger(ImportWorker.class);
    /** Consecutive attempts without progress after which an import fails. */
    private static final int MAX_ATTEMPTS = 10;

    private static final Duration RETRY_DELAY = Duration.ofSeconds(2);
    private static final Duration MAX_WAIT = Duration.ofMinutes(1);
    private static final String STALLED = "stalled";

    private final ImportJobRepository jobs;
    private final ImportJobRunner runner;
    private final PodRoles podRoles;
    private final DueWorkPoll.Condition importDue;
    private final WakeUpSignal wakeUpSignal = new WakeUpSignal();
    private final GaugeSnapshot<String> gaugeSnapshot = new GaugeSnapshot<>();
    private final LogOnce logOnce = new LogOnce();
    private volatile boolean stopping;

    ImportWorker(
            ImportJobRepository jobs,
            ImportJobRunner runner,
            PodRoles podRoles,
            DueWorkPoll dueWorkPoll,
            MeterRegistry registry) {
        this.jobs = jobs;
        this.runner = runner;
        this.podRoles = podRoles;
        this.importDue = dueWorkPoll.watch(ImportStatements.HAS_DUE_IMPORTS);
        Gauge.builder("fondaco.importing.stalled.seconds", () -> gaugeSnapshot.value(STALLED))
                .description("Seconds since the last progress of a running or queued import; 0 if there is none")
                .register(registry);
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = GaugeSnapshot.REFRESH_INTERVAL,
            delayed = "10s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void sampleMetrics() {
        gaugeSnapshot.refresh(() -> Map.of(STALLED, jobs.stalledSeconds()));
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            identity = POLL_JOB,
            every = "1s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void poll() {
        if (importDue.isDue()) {
            wakeUp();
        }
    }

    /** Wakes the worker of this pod. Call it after the commit that enqueued an import. */
    void wakeUp() {
        wakeUpSignal.signal();
    }

    void onStart(@Observes StartupEvent event) {
        if (podRoles.has(PodRole.WORKER)) {
            Thread.ofVirtual().name("import-worker").start(this::processLoop);
        }
    }

    private void processLoop() {
        try {
            while (!stopping) {
                if (wakeUpSignal.await(MAX_WAIT) && !stopping) {
                    processLogged();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Survives errors, such as a stack overflow in a file: the thread is the only one of the pod. */
    private void processLogged() {
        try {
            process();
            logOnce.reset();
        } catch (RuntimeException | Error e) {
            if (!stopping && logOnce.shouldLog(e)) {
                LOG.warnf("Imports cannot be processed and are polled again: %s", e);
            }
        }
    }

    /** Processes imports until none is left. */
    @ActivateRequestContext
    void process() {
        while (!stopping) {
            Optional<ImportLease> lease = jobs.claim();
            if (lease.isEmpty()) {
                return;
            }
            process(lease.get());
        }
    }

    private void process(ImportLease importLease) {
        try {
            if (importLease.attempts() > MAX_ATTEMPTS) {
                jobs.fail(
                        importLease, "gave_up", "The import made no progress in %d attempts.".formatted(MAX_ATTEMPTS));
                return;
            }
            if (runner.run(importLease, () -> stopping)) {
                LOG.infof("Import %s has ended", importLease.id());
            } else {
                jobs.release(importLease, Duration.ZERO);
            }
        } catch (ImportLeaseLost e) {
            LOG.warnf("%s; another worker continues", e.getMessage());
        } catch (RuntimeException e) {
            LOG.errorf(
                    e,
                    "Import %s was aborted at attempt %d and will be retried",
                    importLease.id(),
                    importLease.attempts());
            releaseLease(importLease);
        }
    }

    private void releaseLease(ImportLease importLease) {
        try {
            jobs.release(importLease, RETRY_DELAY);
        } catch (RuntimeException e) {
            LOG.debug("Could not release an import lease; it expires by itself", e);
        }
    }

    void onStop(@Observes ShutdownEvent event) {
        stopping = true;
        wakeUp();
    }
}
