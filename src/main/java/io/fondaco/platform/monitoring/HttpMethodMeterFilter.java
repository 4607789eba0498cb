package io.fondaco.platform.monitoring;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Set;

/**
 * Counts requests with an unknown HTTP method under one label, {@code _OTHER}, as the HTTP conventions of OpenTelemetry
 * require. Otherwise clients could create any number of time series by inventing methods.
 */
class HttpMethodMeterFilter {
    private static final String METHOD = "method";
    private static final String OTHER = "_OTHER";
    private static final Set<String> KNOWN =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE");

    @Produces
    @Singleton
    MeterFilter httpMethodFilter() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                String method = id.getTag(METHOD);
                return id.getName().startsWith("http.server") && method != null && !KNOWN.contains(method)
                        ? id.replaceTags(id.getTags().stream()
                                .map(tag -> tag.getKey().equals(METHOD) ? Tag.of(METHOD, OTHER) : tag)
                                .toList())
                        : id;
            }
        };
    }
}
