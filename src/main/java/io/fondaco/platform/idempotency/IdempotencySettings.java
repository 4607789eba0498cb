package io.fondaco.platform.idempotency;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Limits of the stored responses. */
@ConfigMapping(prefix = "fondaco.idempotency")
interface IdempotencySettings {
    /**
     * Maximum keys of one caller without an API key, each kept for 24 hours; a request beyond it gets 429. Concurrent
     * requests can exceed it slightly.
     */
    @WithDefault("1000")
    int maxKeysPerCaller();
}
