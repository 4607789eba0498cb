package io.fondaco.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of access. */
@ConfigMapping(prefix = "fondaco.access")
interface AccessSettings {
    /**
     * The first administrator's key, with every scope, at least 32 characters unless the embedded cluster is used. It cannot be
     * revoked and does not expire: remove it once there are other keys. Absent: only keys in the database open anything.
     */
    Optional<String> bootstrapKey();

    /**
     * How long a pod trusts a key that it has looked up. A key that was revoked or changed through another pod follows after
     * that; an expiry is exact.
     */
    @WithDefault("5s")
    Duration keyCacheTtl();

    /** How often a pod writes when keys were last used, and how often a key is written at most. */
    @WithDefault("1m")
    Duration lastUsedInterval();

    /** Keys a pod remembers at most. */
    @WithDefault("1000")
    int keyCacheSize();
}
