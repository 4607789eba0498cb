package io.fondaco.platform.tracing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What {@code quarkus.otel.*} does not say of traces. */
@ConfigMapping(prefix = "fondaco.tracing")
interface TracingSettings {
    /**
     * Whether who calls may say which of its requests are traced, by its {@code traceparent}. Only where nobody but front ends of one's
     * own can call: else any stranger has every request traced.
     */
    @WithDefault("false")
    boolean followCallers();
}
