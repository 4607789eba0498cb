package io.fondaco.platform.web;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/**
 * How a pod leaves: it says that it is not ready, and goes on answering for {@code quarkus.shutdown.delay}, so that
 * balancers take note; but it tells each client that its connection ends with this answer, so that none is left open, and in
 * use, when the pod is gone.
 */
@ApplicationScoped
class ConnectionDraining {
    private static final Logger LOG = Logger.getLogger(ConnectionDraining.class);

    /** The first of all. */
    private static final int FILTER_PRIORITY = 1100;

    private volatile boolean draining;

    void register(@Observes Filters filters) {
        filters.register(this::closeConnection, FILTER_PRIORITY);
    }

    void onShutdownDelay(@Observes ShutdownDelayInitiatedEvent event) {
        draining = true;
        LOG.info("Leaving: not ready any more, still answering");
    }

    private void closeConnection(RoutingContext context) {
        if (draining) {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        context.next();
    }
}
