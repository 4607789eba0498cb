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

/** What {@link OncePerCluster} promises. */
@OncePerCluster("")
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 160)
class OncePerClusterInterceptor {
    private static final Logger LOG = Logger.getLogger(OncePerClusterInterceptor.class);

    private final JobLeases leases;
    private final JobSettings settings;
    private final Fence fence;
    private final MeterRegistry registry;
    private final Actor actor;

    OncePerClusterInterceptor(
            JobLeases leases, JobSettings settings, Fence fence, MeterRegistry registry, Actor actor) {
        this.leases = leases;
        this.settings = settings;
        this.fence = fence;
        this.registry = registry;
        this.actor = actor;
    }

    @AroundInvoke
    @Nullable
    Object run(InvocationContext call) throws Exception {
        OncePerCluster job = call.getMethod().getAnnotation(OncePerCluster.class);
        Optional<Lease> taken = leases.take(job.value(), duration(job.every()));
        if (taken.isEmpty()) {
            return null;
        }
        Lease lease = taken.get();
        CountDownLatch done = new CountDownLatch(1);
        Thread.ofVirtual().name("job-" + lease.name()).start(() -> extendUntil(done, lease));
        Timer.Sample time = Timer.start(registry);
        Throwable failure = null;
        fence.enter(lease);
        actor.is("system:" + lease.name());
        try {
            return call.proceed();
        } catch (Fence.LeaseLost lost) {
            failure = lost;
            LOG.warn(lost.getMessage());
            return null;
        } catch (Exception e) {
            failure = e;
            throw e;
        } finally {
            fence.leave();
            done.countDown();
            time.stop(Timer.builder("fondaco.jobs.runs")
                    .description("Runs of jobs on this pod, and how long they took")
                    .tags("task", lease.name(), "outcome", failure == null ? "done" : "failed")
                    .register(registry));
            end(lease, failure);
        }
    }

    private void end(Lease lease, @Nullable Throwable failure) {
        try {
            leases.giveBack(lease, failure);
        } catch (SQLException e) {
            LOG.debugf(e, "The lease of %s is left to expire", lease.name());
        }
    }

    private void extendUntil(CountDownLatch done, Lease lease) {
        try {
            while (!done.await(settings.lease().toMillis() / 3, TimeUnit.MILLISECONDS)) {
                try {
                    if (!leases.extend(lease)) {
                        return;
                    }
                } catch (SQLException e) {
                    LOG.debugf(e, "The lease of %s could not be extended", lease.name());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@code "10s"}, {@code "5m"}, {@code "{fondaco.inventory.expiry-every:10s}"}. */
    static Duration duration(String text) {
        if (!SchedulerUtils.isConfigValue(text)) {
            return Duration.parse("PT" + text);
        }
        return DurationConverter.parseDuration(SchedulerUtils.lookUpPropertyValue(text))
                .multipliedBy(4)
                .dividedBy(5);
    }
}
