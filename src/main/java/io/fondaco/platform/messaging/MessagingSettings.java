package io.fondaco.platform.messaging;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the delivery, the retries and the retention of events. */
@ConfigMapping(prefix = "fondaco.messaging")
interface MessagingSettings {
    /**
     * Time after which the buckets of a worker without heartbeat are free again: the delay of their events if a worker
     * dies. Longer than the longest pause of a healthy pod.
     */
    @WithDefault("10s")
    Duration lease();

    /** Number of failed attempts after which an event becomes a dead letter. */
    @WithDefault("10")
    int maxAttempts();

    /**
     * Delay of the first retry. It doubles with each attempt, up to five minutes, with a random deviation of up to a
     * fifth.
     */
    @WithDefault("1s")
    Duration retryDelay();

    /** Retention of events in the outbox; longer while a listener has not read them. Whole days are dropped. */
    @WithDefault("2d")
    Duration retention();

    /**
     * Retention of the inbox. It must be longer than the retention of the broker. An event that arrives later becomes a
     * dead letter, because it may have been handled before.
     */
    @WithDefault("8d")
    Duration inboxRetention();
}
