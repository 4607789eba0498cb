package io.fondaco.mail;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of the e-mails to customers. {@code quarkus.mailer.*} configures the mail server. */
@ConfigMapping(prefix = "fondaco.mail")
interface MailSettings {
    /**
     * Whether e-mails are sent. Events from before it was enabled for the first time never cause an e-mail. Events from
     * a time while it was disabled again do, as long as the outbox still has them.
     */
    @WithDefault("false")
    boolean enabled();

    /** The sender of the e-mails: {@code orders@example.org}. Required if e-mails are enabled. */
    Optional<String> from();

    /** The address for replies. Default: {@code fondaco.mail.from}. */
    Optional<String> replyTo();

    /** The name of the shop in its e-mails. */
    @WithDefault("Our shop")
    String shopName();

    /** Time limit of sending one e-mail. */
    @WithDefault("15s")
    Duration timeout();

    /** Number of failed attempts after which sending an e-mail is given up: after about six hours. */
    @WithDefault("12")
    int maxAttempts();

    /**
     * Delay of the first retry. It doubles with each attempt, up to one hour, with a random deviation of up to a fifth.
     */
    @WithDefault("1m")
    Duration retryDelay();

    /** Retention of the records of sent and failed e-mails. Their text is never stored. */
    @WithDefault("30d")
    Duration retention();

    /**
     * Maximum number of e-mails that a pod sends at the same time; not more than {@code quarkus.mailer.max-pool-size}.
     */
    @WithDefault("10")
    int maxConcurrentSends();
}
