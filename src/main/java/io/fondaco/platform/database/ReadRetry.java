package io.fondaco.platform.database;

import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.persistence.EntityManager;
import org.hibernate.engine.spi.SessionImplementor;

/** Outside of the transaction, so that the second try has one of its own. */
@RetriedReads
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE)
class ReadRetry {
    private static final int MOST_TRIES = 3;

    private final CurrentRoute route;
    private final ReadMetrics metrics;
    private final EntityManager entities;

    ReadRetry(CurrentRoute route, ReadMetrics metrics, EntityManager entities) {
        this.route = route;
        this.metrics = metrics;
        this.entities = entities;
    }

    @AroundInvoke
    Object read(InvocationContext call) throws Exception {
        for (int tries = 1; ; tries++) {
            try {
                return call.proceed();
            } catch (Exception e) {
                if (tries == MOST_TRIES || !mayGoElsewhere(e)) {
                    throw e;
                }
                metrics.retried();
            }
        }
    }

    /** Gives up the server, if it was the server's fault and the request has only read. */
    private boolean mayGoElsewhere(Exception e) {
        DatabaseFailure failure = DatabaseFailure.in(e);
        if (route.route() == Route.PRIMARY
                || route.usedPrimary()
                || route.seat().isEmpty()) {
            return false;
        }
        if (failure == DatabaseFailure.AWAY) {
            route.seat().orElseThrow().node().suspect();
        } else if (failure != DatabaseFailure.GAVE_WAY) {
            return false;
        }
        route.stand(true);
        // A session outside of a transaction keeps the connection that its statement failed on.
        entities.unwrap(SessionImplementor.class).getJdbcCoordinator().afterTransaction();
        return true;
    }
}
