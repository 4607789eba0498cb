package io.fondaco.platform.database;

import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;

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
    private final PositionedReads reads;

    ReadRetryInterceptor(CurrentRoute route, ReadMetrics metrics, PositionedReads reads) {
        this.route = route;
        this.metrics = metrics;
        this.reads = reads;
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
        reads.releaseNode(true);
        return true;
    }
}
