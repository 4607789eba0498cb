package io.fondaco.platform.monitoring;

import io.fondaco.platform.ApiConventions;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/**
 * Adds histogram buckets for the latency objectives to shoppers' requests: {@code http_server_requests_seconds_bucket}
 * with {@code le} 0.15 and 0.8, the bounds that {@code helm/fondaco/rules/slo.yaml} uses. There are no other buckets,
 * because each one is a time series per route and status.
 */
class SloBucketMeterFilter {
    private static final double BROWSE_OBJECTIVE_NANOS = 150e6;
    private static final double BUY_OBJECTIVE_NANOS = 800e6;

    @Produces
    @Singleton
    MeterFilter sloBucketFilter() {
        return new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                return isStoreRequest(id)
                        ? DistributionStatisticConfig.builder()
                                .serviceLevelObjectives(BROWSE_OBJECTIVE_NANOS, BUY_OBJECTIVE_NANOS)
                                .build()
                                .merge(config)
                        : config;
            }
        };
    }

    private static boolean isStoreRequest(Meter.Id id) {
        String route = id.getTag("uri");
        return id.getName().equals("http.server.requests") && route != null && ApiConventions.isStore(route);
    }
}
