package io.fondaco.platform.database;

import jakarta.enterprise.context.ApplicationScoped;

/** The part of the current request's route that other platform packages may use. */
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

    /** Counts a write on a read-only route; an alert fires on it. */
    public void recordRoutingBug() {
        metrics.recordRoutingBug();
    }
}
