package io.fondaco.platform.database;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.AgroalPoolInterceptor;
import io.fondaco.platform.topology.PrimaryChanged;
import io.fondaco.platform.topology.SlowStatements;
import io.fondaco.platform.topology.TopologyMetrics;
import io.quarkus.agroal.DataSource;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Metrics, slow-statement logging and the reaction to a failover for the primary's pool. */
@ApplicationScoped
class PrimaryPool {
    private static final String NAME = "primary";

    private final Instance<AgroalDataSource> primary;
    private final TopologyMetrics metrics;
    private final SlowStatements slowStatements;

    PrimaryPool(@DataSource(NAME) Instance<AgroalDataSource> primary, TopologyMetrics metrics) {
        this.primary = primary;
        this.metrics = metrics;
        this.slowStatements = metrics.slowStatements(NAME, NAME);
    }

    void onStart(@Observes StartupEvent event) {
        metrics.registerWaitingThreads(
                NAME, NAME, () -> primary.get().getMetrics().awaitingCount());
    }

    SlowStatements slowStatements() {
        return slowStatements;
    }

    /**
     * Closes the connections of threads that still wait for the former primary: they get a 503 now instead of a timeout
     * later.
     */
    void onChange(@Observes PrimaryChanged event) {
        primary.get().flush(AgroalDataSource.FlushMode.ALL);
    }

    @Produces
    @Singleton
    @DataSource(NAME)
    static AgroalPoolInterceptor holdTimer(TopologyMetrics metrics) {
        return metrics.holdTimer(NAME, NAME);
    }
}
