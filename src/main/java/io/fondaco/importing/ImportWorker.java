package io.fondaco.importing;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.monitoring.Sampled;
import io.fondaco.platform.roles.Role;
import io.fondaco.platform.roles.Roles;
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
    static final String POLL = "import-poll";

    private static final Logger LOG = Logger.getLogger(ImportWorker.class);
    /** How often an import is taken up without getting on before it is given up. */
    private static final int MAX_ATTEMPTS = 10;

    private static final double RETRY_SECONDS = 2;
    private static final String STALLED = "stalled";

    private final ImportLedger ledger;
    private final ImportRun run;
    private final Roles roles;
    private final Semaphore busy = new Semaphore(1);
    private final Sampled<String> sampled = new Sampled<>();
    private volatile boolean stopping;

    ImportWorker(ImportLedger ledger, ImportRun run, Roles roles, MeterRegistry registry) {
        this.ledger = ledger;
        this.run = run;
        this.roles = roles;
        Gauge.builder("fondaco.importing.stalled.seconds", () -> sampled.of(STALLED))
                .description("How long an import that is queued or running has not moved")
                .register(registry);
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = "{fondaco.monitoring.sample-interval}",
            delayed = "10s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Roles.NotAWorker.class)
    void measure() {
        sampled.look(() -> Map.of(STALLED, ledger.stalledSeconds()));
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            identity = POLL,
            every = "2s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Roles.NotAWorker.class)
    void poll() {
        work();
    }

    /** Works until nothing is left to do; does nothing when this pod is at it already, or is no worker. */
    @ActivateRequestContext
    void work() {
        if (!roles.plays(Role.WORKER) || !busy.tryAcquire()) {
            return;
        }
        try {
            while (!stopping) {
                Optional<Lease> lease = ledger.claim();
                if (lease.isEmpty()) {
                    return;
                }
                work(lease.get());
            }
        } finally {
            busy.release();
        }
    }

    private void work(Lease lease) {
        try {
            if (lease.attempts() > MAX_ATTEMPTS) {
                ledger.fail(lease, "gave_up", "The import did not get on in %d attempts.".formatted(MAX_ATTEMPTS));
                return;
            }
            if (run.run(lease, () -> stopping)) {
                LOG.infof("Import %s is done", lease.id());
            } else {
                ledger.release(lease, 0);
            }
        } catch (LeaseLost e) {
            LOG.warnf("%s; another worker goes on", e.getMessage());
        } catch (RuntimeException e) {
            LOG.errorf(e, "Import %s stopped at attempt %d; it will be taken up again", lease.id(), lease.attempts());
            letGo(lease);
        }
    }

    private void letGo(Lease lease) {
        try {
            ledger.release(lease, RETRY_SECONDS);
        } catch (RuntimeException e) {
            LOG.debug("The lease runs out by itself", e);
        }
    }

    void onStop(@Observes ShutdownEvent event) {
        stopping = true;
    }
}
