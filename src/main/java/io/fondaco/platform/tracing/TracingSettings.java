package io.fondaco.platform.tracing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Tracing settings beyond {@code quarkus.otel.*}. */
@ConfigMapping(prefix = "fondaco.tracing")
interface TracingSettings {
    /**
     * Whether clients may decide which of their requests are traced, by the sampled flag of their {@code traceparent}.
     * Only for installations that only your own front ends can call; otherwise any client could have all of its
     * requests traced.
     */
    @WithDefault("false")
    boolean acceptCallerSampling();
}
