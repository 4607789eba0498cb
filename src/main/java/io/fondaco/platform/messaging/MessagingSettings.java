package io.fondaco.platform.messaging;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How events are carried, tried again and kept. */
@ConfigMapping(prefix = "fondaco.messaging")
interface MessagingSettings {
    /** Events that a listener is handed at a time, per bucket of subjects; there are 8 buckets. */
    @WithDefault("64")
    int batch();

    /** How often an idle pod asks whether there is anything; its own commits wake it at once. */
    @WithDefault("500ms")
    Duration idleInterval();

    /** How often it looks while there has been something to do in the last two seconds. What comes meanwhile goes together. */
    @WithDefault("40ms")
    Duration busyInterval();

    /** How often it looks whatever the cheaper question says. */
    @WithDefault("10s")
    Duration safetyInterval();

    /** How long a worker that is not heard of keeps what it has taken up. By the clock of the database. */
    @WithDefault("10s")
    Duration lease();

    /** How often a listener may fail at an event before it becomes a dead letter. */
    @WithDefault("10")
    int maxAttempts();

    /** After the first failure; doubles each time, each up to a fifth more or less. */
    @WithDefault("1s")
    Duration retryDelay();

    @WithDefault("5m")
    Duration maxRetryDelay();

    /**
     * How long events stay in the outbox; longer where a listener has not read them yet. Whole days are dropped.
     */
    @WithDefault("2d")
    Duration retention();

    /**
     * How long it is remembered what listeners have done; more than brokers keep messages. What arrives later is a dead
     * letter, for nobody can tell whether it is new.
     */
    @WithDefault("8d")
    Duration inboxRetention();
}
