package io.fondaco.platform.web;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Limits on request bodies, and CORS. */
@ConfigMapping(prefix = "fondaco.web")
interface WebSettings {
    /** Maximum size of a request body, except imports; a larger one gets a 413. */
    @WithDefault("262144")
    long maxBodyBytes();

    /** Maximum size of the bodies of all requests together that a pod buffers at a time; beyond it, 503. */
    @WithDefault("67108864")
    long maxBufferedBodyBytes();

    /** Maximum time in which a body must arrive; otherwise 408. */
    @WithDefault("10s")
    Duration bodyTimeout();

    /**
     * Origins whose pages may call {@code /store/v1} from a browser (CORS): {@code https://shop.example}, or {@code *}.
     * Absent: none.
     */
    Optional<Set<String>> storeOrigins();
}
