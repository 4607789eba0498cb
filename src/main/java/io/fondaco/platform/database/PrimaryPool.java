package io.fondaco.platform.database;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.AgroalPoolInterceptor;
import io.fondaco.platform.topology.PrimaryChanged;
import io.fondaco.platform.topology.TopologyMetrics;
import io.quarkus.agroal.DataSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** What the primary's pool needs beyond its configuration. */
@ApplicationScoped
class PrimaryPool {
    private final Instance<AgroalDataSource> primary;

    PrimaryPool(@DataSource("primary") Instance<AgroalDataSource> primary) {
        this.primary = primary;
    }

    /** Cuts off whoever still waits for a server that is the primary no more: they get a 503 now instead of a time-out later. */
    void onChange(@Observes PrimaryChanged event) {
        primary.get().flush(AgroalDataSource.FlushMode.ALL);
    }

    @Produces
    @Singleton
    @DataSource("primary")
    static AgroalPoolInterceptor holdTimes(TopologyMetrics metrics) {
        return metrics.holdTimes("primary", "primary");
    }
}
