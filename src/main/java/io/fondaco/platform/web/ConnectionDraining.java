package io.fondaco.platform.web;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/**
 * Drains connections at shutdown: the pod reports that it is not ready, but answers requests for another {@code
 * quarkus.shutdown.delay}, so that load balancers notice; each response closes its connection, so that no connection is
 * still in use when the pod ends.
 */
@ApplicationScoped
class ConnectionDraining {
    private static final Logger LOG = Logger.getLogger(ConnectionDraining.class);

    /** Before all other filters. */
    private static final int FILTER_PRIORITY = 1100;

    private volatile boolean draining;

    void register(@Observes Filters filters) {
        filters.register(this::closeConnection, FILTER_PRIORITY);
    }

    void onShutdownDelay(@Observes ShutdownDelayInitiatedEvent event) {
        draining = true;
        LOG.info("Shutdown started: not ready, still answering requests");
    }

    private void closeConnection(RoutingContext context) {
        if (draining) {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        context.next();
    }
}
