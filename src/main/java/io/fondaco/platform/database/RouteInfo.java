package io.fondaco.platform.database;

import jakarta.enterprise.context.ApplicationScoped;

/** What the rest of the platform may know of the route of the request in hand. */
@ApplicationScoped
public class RouteInfo {
    private final CurrentRoute current;
    private final ReadMetrics metrics;

    RouteInfo(CurrentRoute current, ReadMetrics metrics) {
        this.current = current;
        this.metrics = metrics;
    }

    /** Whether the request may only read. */
    public boolean isReadOnly() {
        return current.route() != Route.PRIMARY;
    }

    /** Counts a write on a route that only reads, which somebody must be told of. */
    public void recordRoutingBug() {
        metrics.recordRoutingBug();
    }
}
