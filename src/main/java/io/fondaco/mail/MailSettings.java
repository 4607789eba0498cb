package io.fondaco.mail;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Letters to customers. The mail server is told by {@code quarkus.mailer.*}. */
@ConfigMapping(prefix = "fondaco.mail")
interface MailSettings {
    /**
     * Whether letters are written and sent. What happened before it was on for the first time is never written about; what
     * happened while it was off again is, as far as the outbox still has it.
     */
    @WithDefault("false")
    boolean enabled();

    /** Who the letters are from: {@code orders@example.org}. Needed when it is on. */
    Optional<String> from();

    /** Where answers go; absent: to {@code from}. */
    Optional<String> replyTo();

    /** What the shop is called in its letters. */
    @WithDefault("Our shop")
    String shopName();

    /** How long the mail server may take over one letter. */
    @WithDefault("15s")
    Duration timeout();

    /** How often a letter is tried before it becomes a dead letter; with the delays below that takes some six hours. */
    @WithDefault("12")
    int maxAttempts();

    /** After the first failure; doubles each time, each up to a fifth more or less. */
    @WithDefault("1m")
    Duration retryDelay();

    @WithDefault("1h")
    Duration maxRetryDelay();

    /** How often a worker looks for e-mails to send. */
    @WithDefault("2s")
    Duration sendInterval();

    /** How long it is kept which letters were sent or given up; their text is never kept. */
    @WithDefault("30d")
    Duration retention();

    /** Letters that a pod sends at the same time; not more than {@code quarkus.mailer.max-pool-size}. */
    @WithDefault("10")
    int perRun();
}
