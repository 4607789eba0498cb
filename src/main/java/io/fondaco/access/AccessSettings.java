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
}
