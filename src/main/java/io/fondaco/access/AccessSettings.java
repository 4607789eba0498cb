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
     * revoked and does not expire, but is refused while another key with {@code keys:write} is valid: remove it then.
     * Absent: only keys in the database open anything.
     */
    Optional<String> bootstrapKey();

    /**
     * Whether the bootstrap key is accepted beside other keys with {@code keys:write}. The way back in when those were
     * lost; true with the embedded cluster.
     */
    @WithDefault("false")
    boolean bootstrapKeyAlways();

    /**
     * How long a pod trusts a key that it has looked up. A key that was revoked or changed through another pod follows
     * after that; an expiry is exact.
     */
    @WithDefault("5s")
    Duration keyCacheTtl();

    /** How often a pod writes when keys were last used, and how often a key is written at most. */
    @WithDefault("1m")
    Duration lastUsedInterval();

    /**
     * Look-ups of keys that a pod has not seen valid, at a time; more are answered 503, so that strangers cannot use up
     * the database.
     */
    @WithDefault("4")
    int strangersAtATime();

    /** Keys a pod remembers at most. */
    @WithDefault("1000")
    int keyCacheSize();
}
