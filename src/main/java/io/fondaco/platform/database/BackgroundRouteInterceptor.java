package io.fondaco.platform.database;

import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Gives background work the route that it declares: within the request context that it runs in, outside of its
 * transactions. A scheduled run that finds no database is left out, in one line of the log: the next one follows.
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
            if (!DatabaseFailure.classify(e).isOutage() || !call.getMethod().isAnnotationPresent(Scheduled.class)) {
                throw e;
            }
            LOG.warnf(
                    "%s.%s was left out: the database is away or full, or all connections are in use",
                    call.getMethod().getDeclaringClass().getSimpleName(),
                    call.getMethod().getName());
            return null;
        }
    }
}
