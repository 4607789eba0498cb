package io.fondaco.webhook;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How events are sent to endpoints outside. */
@ConfigMapping(prefix = "fondaco.webhook")
interface WebhookSettings {
    /** What endpoints' secrets are derived from, at least 32 characters; absent: a key that the database holds. */
    Optional<String> secretKey();

    /** Time for one call, from looking its name up to the last byte of the answer. */
    @WithDefault("5s")
    Duration timeout();

    /** When a call that failed is made again, each up to a tenth sooner or later. After the last one it is given up. */
    @WithDefault("5s,5m,30m,2h,5h,10h,14h,20h,24h")
    List<Duration> retrySchedule();

    /** An endpoint that has failed at everything for so long is disabled. */
    @WithDefault("3d")
    Duration disableAfter();

    /** How long the secret before the current one signs as well. */
    @WithDefault("24h")
    Duration previousSecret();

    /** Whether endpoints may be called without TLS. */
    @WithDefault("false")
    boolean allowHttp();

    /** Addresses that may be called although they are not public: {@code 10.1.0.0/16,127.0.0.0/8}. */
    Optional<List<String>> allowedAddresses();

    /** Ports that may be called, by themselves or as ranges: {@code 443,8000-8999}. */
    @WithDefault("443,8443")
    List<String> allowedPorts();

    /** Bytes of an answer that are read; what is longer is cut off, and the connection with it. */
    @WithDefault("8192")
    int maxAnswerBytes();

    /** Calls under way from a pod to one endpoint; one, when its last five have failed. */
    @WithDefault("8")
    int callsPerEndpoint();

    /** Calls under way from a pod. */
    @WithDefault("1024")
    int calls();

    /** How often a pod looks for what is due; new events wake it at once. */
    @WithDefault("2s")
    Duration checkInterval();

    /** How long events and the log of their deliveries are kept. */
    @WithDefault("14d")
    Duration retention();

    /** Endpoints that there may be. */
    @WithDefault("200")
    int maxEndpoints();
}
