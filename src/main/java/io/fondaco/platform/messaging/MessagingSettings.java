package io.fondaco.platform.messaging;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the delivery, the retries and the retention of events. */
@ConfigMapping(prefix = "fondaco.messaging")
interface MessagingSettings {
    /** Maximum number of events per bucket that a listener handles together; there are 8 buckets. */
    @WithDefault("64")
    int batch();

    /** Interval at which an idle worker checks for events. Commits of its own pod wake it immediately. */
    @WithDefault("500ms")
    Duration idleInterval();

    /** Interval of fetches within 2 s after the last event. Events that arrive meanwhile are handled together. */
    @WithDefault("40ms")
    Duration busyInterval();

    /** Interval at which a worker fetches even if the cheap check finds no pending work. */
    @WithDefault("10s")
    Duration safetyInterval();

    /** Time after which the buckets of a worker without heartbeat are free again, by the clock of the database. */
    @WithDefault("10s")
    Duration lease();

    /** Number of failed attempts after which an event becomes a dead letter. */
    @WithDefault("10")
    int maxAttempts();

    /** Delay of the first retry. It doubles with each attempt, with a random deviation of up to a fifth. */
    @WithDefault("1s")
    Duration retryDelay();

    /** Upper bound of the doubling delay. */
    @WithDefault("5m")
    Duration maxRetryDelay();

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
