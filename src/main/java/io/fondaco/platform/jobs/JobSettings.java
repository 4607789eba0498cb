package io.fondaco.platform.jobs;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Jobs of the cluster. */
@ConfigMapping(prefix = "fondaco.jobs")
interface JobSettings {
    /** How long a pod that is not heard of keeps a job; extended while it runs. */
    @WithDefault("30s")
    Duration lease();
}
