package io.fondaco.webhook;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of the deliveries to webhook endpoints. */
@ConfigMapping(prefix = "fondaco.webhook")
interface WebhookSettings {
    /**
     * The key from which the signing secrets of endpoints are derived: at least 32 characters, the same in every pod.
     * Absent: a key that the first migration generates.
     */
    Optional<String> secretKey();

    /** Time limit of one delivery attempt, from the lookup of the name to the last byte of the response. */
    @WithDefault("5s")
    Duration timeout();

    /**
     * Delays of the retries, each with a random deviation of up to a tenth. After the last retry the delivery has
     * failed.
     */
    @WithDefault("5s,5m,30m,2h,5h,10h,14h,20h,24h")
    List<Duration> retrySchedule();

    /** An endpoint is disabled if all attempts have failed for this time. */
    @WithDefault("3d")
    Duration disableAfter();

    /** Whether endpoints without TLS are allowed. */
    @WithDefault("false")
    boolean allowHttp();

    /** Networks that are allowed although they are not public: {@code 10.1.0.0/16,127.0.0.0/8}. */
    Optional<List<String>> allowedAddresses();

    /** Allowed ports, as single ports or as ranges: {@code 443,8000-8999}. */
    @WithDefault("443,8443")
    List<String> allowedPorts();

    /** Retention of webhook deliveries and of their events. */
    @WithDefault("14d")
    Duration retention();

    /** Maximum number of webhook endpoints. */
    @WithDefault("200")
    int maxEndpoints();
}
