package io.fondaco.importing;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.roles.PodRole;
import io.fondaco.platform.roles.PodRoles;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Works imports off, one at a time in each pod: as soon as one is queued here, and every two seconds for those of others
 * and those that a dead pod left behind.
 */
@ApplicationScoped
class ImportWorker {
    /** The job that looks for imports to work on. */
    static final String POLL_JOB = "import-poll";

    private static final Logger LOG = Logger.getLogger(ImportWorker.class);
    /** How often an import is taken up without getting on before it is given up. */
    private static final int MAX_ATTEMPTS = 10;

    private static final double RETRY_SECONDS = 2;
    private static final String STALLED = "stalled";

    private final ImportJobRepository jobs;
    private final ImportJobRunner runner;
    private final PodRoles podRoles;
    private final Semaphore busy = new Semaphore(1);
    private final GaugeSnapshot<String> gaugeSnapshot = new GaugeSnapshot<>();
    private volatile boolean stopping;

    ImportWorker(ImportJobRepository ledger, ImportJobRunner run, PodRoles podRoles, MeterRegistry registry) {
        this.jobs = ledger;
        this.runner = run;
        this.podRoles = podRoles;
        Gauge.builder("fondaco.importing.stalled.seconds", () -> gaugeSnapshot.value(STALLED))
                .description("How long an import that is queued or running has not moved")
                .register(registry);
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = "{fondaco.monitoring.sample-interval}",
            delayed = "10s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void sampleMetrics() {
        gaugeSnapshot.refresh(() -> Map.of(STALLED, jobs.stalledSeconds()));
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            identity = POLL_JOB,
            every = "2s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void poll() {
        process();
    }

    /** Works until nothing is left to do; does nothing when this pod is at it already, or is no worker. */
    @ActivateRequestContext
    void process() {
        if (!podRoles.has(PodRole.WORKER) || !busy.tryAcquire()) {
            return;
        }
        try {
            while (!stopping) {
                Optional<ImportLease> lease = jobs.claim();
                if (lease.isEmpty()) {
                    return;
                }
                process(lease.get());
            }
        } finally {
            busy.release();
        }
    }

    private void process(ImportLease importLease) {
        try {
            if (importLease.attempts() > MAX_ATTEMPTS) {
                jobs.fail(importLease, "gave_up", "The import did not get on in %d attempts.".formatted(MAX_ATTEMPTS));
                return;
            }
            if (runner.run(importLease, () -> stopping)) {
                LOG.infof("Import %s is done", importLease.id());
            } else {
                jobs.release(importLease, 0);
            }
        } catch (ImportLeaseLost e) {
            LOG.warnf("%s; another worker goes on", e.getMessage());
        } catch (RuntimeException e) {
            LOG.errorf(
                    e,
                    "Import %s stopped at attempt %d; it will be taken up again",
                    importLease.id(),
                    importLease.attempts());
            releaseLease(importLease);
        }
    }

    private void releaseLease(ImportLease importLease) {
        try {
            jobs.release(importLease, RETRY_SECONDS);
        } catch (RuntimeException e) {
            LOG.debug("The lease runs out by itself", e);
        }
    }

    void onStop(@Observes ShutdownEvent event) {
        stopping = true;
    }
}
