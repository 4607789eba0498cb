package io.fondaco.platform.jobs;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the jobs that run once per cluster. */
@ConfigMapping(prefix = "fondaco.jobs")
interface JobSettings {
    /**
     * Time after which another pod can take over the job of a pod that died or hangs; the lease is extended while the
     * job runs. Longer than the longest pause of a healthy pod.
     */
    @WithDefault("30s")
    Duration lease();
}
