package io.fondaco.platform.jobs;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs a scheduled method on one pod at a time, on the first pod that acquires the lease, and not before the minimum
 * interval since the last run has passed. A job that has a condition ({@link DueWorkPoll#watchJob}) is skipped while it
 * has nothing to do, without any statement. If the pod that runs it dies, another one can run the job after
 * {@code fondaco.jobs.lease}. A pod that was paused may continue after its lease has expired while another pod runs the
 * job; transactions that must not overlap start with {@link Fence#requireLease}.
 */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface OncePerCluster {
    /** The name of the job, unique in the cluster. */
    @Nonbinding
    String value();

    /**
     * The minimum time between the starts of two runs, over all pods: {@code "10s"}. If it names the setting of the
     * period in braces, it is four fifths of the period, because the schedules of pods are not exact.
     */
    @Nonbinding
    String every() default "1s";
}
