package io.fondaco.parcel;

import io.fondaco.parcel.LabelEntity.LabelRow;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.BatchLoop;
import io.fondaco.platform.jobs.DueWorkPoll;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/**
 * Asks providers again about the labels that a crash, a lost answer or a provider that is down left without an outcome.
 * It leases what it works on, so that no other caller does the same work before the lease expires.
 */
@ApplicationScoped
class LabelRecoveryJob {
    private static final String JOB = "label-recovery";
    private static final String INTERVAL = "5s";
    private static final int BATCH_SIZE = 20;

    private final LabelService service;
    private final LabelWork work;
    private final BatchLoop batchLoop;

    LabelRecoveryJob(LabelService service, LabelWork work, BatchLoop batchLoop, DueWorkPoll dueWorkPoll) {
        this.service = service;
        this.work = work;
        this.batchLoop = batchLoop;
        dueWorkPoll.watchJob(JOB, LabelStatements.HAS_DUE_LABELS);
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = JOB, every = INTERVAL)
    @Scheduled(
            every = INTERVAL,
            delayed = INTERVAL,
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void recover() throws InterruptedException {
        batchLoop.repeat(() -> {
            List<LabelRow> claimed = service.claim(BATCH_SIZE);
            work.work(claimed);
            return claimed.size() == BATCH_SIZE;
        });
    }
}
