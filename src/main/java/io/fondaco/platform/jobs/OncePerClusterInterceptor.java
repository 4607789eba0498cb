package io.fondaco.platform.jobs;

import io.fondaco.platform.web.Actor;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.scheduler.common.runtime.util.SchedulerUtils;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Implements {@link OncePerCluster}. */
@OncePerCluster("")
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 160)
class OncePerClusterInterceptor {
    private static final Logger LOG = Logger.getLogger(OncePerClusterInterceptor.class);

    private final JobLeases leases;
    private final JobSettings settings;
    private final DueWorkPoll dueWorkPoll;
    private final Fence fence;
    private final MeterRegistry registry;
    private final Actor actor;

    OncePerClusterInterceptor(
            JobLeases leases,
            JobSettings settings,
            DueWorkPoll dueWorkPoll,
            Fence fence,
            MeterRegistry registry,
            Actor actor) {
        this.leases = leases;
        this.settings = settings;
        this.dueWorkPoll = dueWorkPoll;
        this.fence = fence;
        this.registry = registry;
        this.actor = actor;
    }

    @AroundInvoke
    @Nullable
    Object run(InvocationContext call) throws Exception {
        OncePerCluster job = call.getMethod().getAnnotation(OncePerCluster.class);
        if (!dueWorkPoll.isJobDue(job.value())) {
            return null;
        }
        Optional<JobLease> acquired = leases.acquire(job.value(), parseInterval(job.every()));
        if (acquired.isEmpty()) {
            return null;
        }
        JobLease jobLease = acquired.get();
        CountDownLatch done = new CountDownLatch(1);
        Thread.ofVirtual().name("job-" + jobLease.name()).start(() -> extendUntilDone(done, jobLease));
        Timer.Sample time = Timer.start(registry);
        Throwable failure = null;
        fence.setLease(jobLease);
        actor.actAs("system:" + jobLease.name());
        try {
            return call.proceed();
        } catch (Fence.JobLeaseLost lost) {
            failure = lost;
            LOG.warn(lost.getMessage());
            return null;
        } catch (Exception e) {
            failure = e;
            throw e;
        } finally {
            fence.clearLease();
            done.countDown();
            time.stop(Timer.builder("fondaco.jobs.runs")
                    .description("Duration of job runs on this pod")
                    .tags("task", jobLease.name(), "outcome", failure == null ? "done" : "failed")
                    .register(registry));
            releaseLease(jobLease, failure);
        }
    }

    private void releaseLease(JobLease jobLease, @Nullable Throwable failure) {
        try {
            leases.release(jobLease, failure);
        } catch (SQLException e) {
            LOG.debugf(e, "The lease of the job %s could not be released; it expires", jobLease.name());
        }
    }

    private void extendUntilDone(CountDownLatch done, JobLease jobLease) {
        try {
            while (!done.await(settings.lease().toMillis() / 3, TimeUnit.MILLISECONDS)) {
                try {
                    if (!leases.extend(jobLease)) {
                        return;
                    }
                } catch (SQLException e) {
                    LOG.debugf(e, "The lease of the job %s could not be extended", jobLease.name());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@code "10s"}, {@code "5m"}, {@code "{fondaco.checkout.recovery-interval}"}. */
    static Duration parseInterval(String text) {
        if (!SchedulerUtils.isConfigValue(text)) {
            return Duration.parse("PT" + text);
        }
        return DurationConverter.parseDuration(SchedulerUtils.lookUpPropertyValue(text))
                .multipliedBy(4)
                .dividedBy(5);
    }
}
