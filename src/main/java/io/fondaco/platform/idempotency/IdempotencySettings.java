package io.fondaco.platform.idempotency;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Bounds of what is kept for repeated requests. */
@ConfigMapping(prefix = "fondaco.idempotency")
interface IdempotencySettings {
    /**
     * Keys that one caller without an API key may have at a time, each kept for 24 hours; more are answered 429. A
     * little more with requests in parallel.
     */
    @WithDefault("1000")
    int maxKeysPerCaller();
}
