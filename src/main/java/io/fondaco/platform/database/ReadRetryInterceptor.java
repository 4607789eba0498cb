package io.fondaco.platform.database;

import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.persistence.EntityManager;
import org.hibernate.engine.spi.SessionImplementor;

/**
 * Implements {@link RetriedReads}. Runs outside of the transaction, so that each attempt has a transaction of its own.
 */
@RetriedReads
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE)
class ReadRetryInterceptor {
    private static final int MAX_ATTEMPTS = 3;

    private final CurrentRoute route;
    private final ReadMetrics metrics;
    private final EntityManager entities;

    ReadRetryInterceptor(CurrentRoute route, ReadMetrics metrics, EntityManager entities) {
        this.route = route;
        this.metrics = metrics;
        this.entities = entities;
    }

    @AroundInvoke
    Object retryRead(InvocationContext call) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                return call.proceed();
            } catch (Exception e) {
                if (attempt == MAX_ATTEMPTS || !canRetryOnAnotherNode(e)) {
                    throw e;
                }
                metrics.recordRetry();
            }
        }
    }

    /** Releases the node and returns true if the failure was the node's and the request has only read. */
    private boolean canRetryOnAnotherNode(Exception e) {
        DatabaseFailure failure = DatabaseFailure.classify(e);
        if (route.route() == Route.PRIMARY
                || route.usedPrimary()
                || route.nodeLease().isEmpty()) {
            return false;
        }
        if (failure == DatabaseFailure.UNAVAILABLE) {
            route.nodeLease().orElseThrow().node().reportConnectionLost();
        } else if (failure != DatabaseFailure.TRANSIENT_CONFLICT) {
            return false;
        }
        route.release(true);
        // A session outside of a transaction keeps the connection on which its statement failed.
        entities.unwrap(SessionImplementor.class).getJdbcCoordinator().afterTransaction();
        return true;
    }
}
