package io.fondaco.platform.database;

import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sets the route that background work declares, in its request context and outside of its transactions. If a scheduled
 * method fails because the database is unavailable, the run is skipped and one line is logged; the next run follows as
 * scheduled.
 */
@ReadsFrom(Route.PRIMARY)
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 150)
class BackgroundRouteInterceptor {
    private static final Logger LOG = Logger.getLogger(BackgroundRouteInterceptor.class);

    private final CurrentRoute current;

    BackgroundRouteInterceptor(CurrentRoute current) {
        this.current = current;
    }

    @AroundInvoke
    @Nullable
    Object run(InvocationContext call) throws Exception {
        ReadsFrom declared = call.getMethod().getAnnotation(ReadsFrom.class);
        if (current.isDeclared() || declared == null) {
            return call.proceed();
        }
        current.declare(declared.value(), declared.mayBeStale());
        try {
            return call.proceed();
        } catch (Exception e) {
            DatabaseFailure failure = DatabaseFailure.classify(e);
            if (!failure.isOutage() || !call.getMethod().isAnnotationPresent(Scheduled.class)) {
                throw e;
            }
            LOG.warnf(
                    "Skipped %s.%s: the database is unavailable or full, or all connections are in use (%s)",
                    call.getMethod().getDeclaringClass().getSimpleName(),
                    call.getMethod().getName(),
                    failure);
            return null;
        }
    }
}
