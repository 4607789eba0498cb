package io.fondaco.platform.monitoring;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;

/**
 * Has the requests of shoppers counted by whether they were answered within the objectives: {@code http_server_requests_seconds_bucket}
 * with {@code le} 0.15 and 0.8, the bounds that {@code helm/fondaco/rules/slo.yaml} asks for. No others, for each is a series per route
 * and status.
 */
class RequestBuckets {
    private static final Duration BROWSE = Duration.ofMillis(150);
    private static final Duration BUY = Duration.ofMillis(800);

    @Produces
    @Singleton
    MeterFilter buckets() {
        return new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                return isOfAShopper(id)
                        ? DistributionStatisticConfig.builder()
                                .serviceLevelObjectives(BROWSE.toNanos(), BUY.toNanos())
                                .build()
                                .merge(config)
                        : config;
            }
        };
    }

    private static boolean isOfAShopper(Meter.Id id) {
        String route = id.getTag("uri");
        return id.getName().equals("http.server.requests") && route != null && route.startsWith("/store/");
    }
}
