package io.fondaco.platform.jobs;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs a scheduled method on one pod at a time, whichever comes first, and not sooner after the run before than its period
 * says. When that pod dies another goes on after {@code fondaco.jobs.lease}. A pod that was paused and wakes with an expired
 * lease may find another at work: transactions that must not overlap then begin with {@link Fence#requireLease}.
 */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface OncePerCluster {
    /** Names the job in the cluster. */
    @Nonbinding
    String value();

    /**
     * The least time from the beginning of one run to that of the next, over all pods: {@code "10s"}. Of the period's own setting,
     * named in braces as there, it is four fifths: no clock ticks that evenly.
     */
    @Nonbinding
    String every() default "1s";
}
