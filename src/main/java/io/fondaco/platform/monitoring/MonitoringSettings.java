package io.fondaco.platform.monitoring;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the metrics. */
@ConfigMapping(prefix = "fondaco.monitoring")
interface MonitoringSettings {
    /** For tests: how often workers read the values of their gauges from the database. */
    @WithDefault("15s")
    Duration sampleInterval();
}
