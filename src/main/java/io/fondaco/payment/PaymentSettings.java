package io.fondaco.payment;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How payments are taken. */
@ConfigMapping(prefix = "fondaco.payment")
interface PaymentSettings {
    /** How long a provider may take to answer, retries included; then the outcome counts as unknown. */
    @WithDefault("10s")
    Duration timeout();

    /** The provider for trying things out. */
    Test test();

    /** The test provider: it takes no real money. On with the embedded cluster, off everywhere else. */
    interface Test {
        /** Whether it is offered. Never where real goods are sold: its tokens buy them for nothing. */
        @WithDefault("false")
        boolean enabled();

        /** What its webhooks are signed with (HMAC-SHA256). */
        @WithDefault("test-webhook-secret")
        String webhookSecret();
    }
}
