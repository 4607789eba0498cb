package io.fondaco.platform.jobs;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the jobs that run once per cluster. */
@ConfigMapping(prefix = "fondaco.jobs")
interface JobSettings {
    /** For tests: time after which another pod can take over a job; the lease is extended while the job runs. */
    @WithDefault("30s")
    Duration lease();
}
