package io.fondaco.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of API keys. */
@ConfigMapping(prefix = "fondaco.access")
interface AccessSettings {
    /**
     * The first administrator's key, with every scope: at least 32 characters; {@code fk_local_admin} with the embedded
     * cluster. It cannot be revoked and does not expire, but it is refused while another key with {@code keys:write} is
     * valid: remove it then. Absent: only keys in the database are valid.
     */
    Optional<String> bootstrapKey();

    /**
     * Whether the bootstrap key is accepted beside other keys with {@code keys:write}, for the case that those were
     * lost. True with the embedded cluster.
     */
    @WithDefault("false")
    boolean bootstrapKeyAlwaysAccepted();

    /**
     * How long a pod trusts a key that it has looked up. A revocation or change through another pod takes effect after
     * that time at the latest; an expiry is exact.
     */
    @WithDefault("5s")
    Duration keyCacheTtl();

    /** Maximum number of keys that a pod caches; beyond it, the least used are forgotten. */
    @WithDefault("1000")
    int keyCacheSize();

    /** For tests: how often a pod writes when keys were last used; a key is written at most once per interval. */
    @WithDefault("1m")
    Duration lastUsedInterval();

    /**
     * Maximum number of concurrent lookups of keys that a pod has not seen valid. Further requests are answered 503, so
     * that unauthenticated clients cannot use up the database.
     */
    @WithDefault("4")
    int maxUnknownKeyLookups();
}
