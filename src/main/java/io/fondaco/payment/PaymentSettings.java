package io.fondaco.payment;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How payments are taken. */
@ConfigMapping(prefix = "fondaco.payment")
interface PaymentSettings {
    /** How long a provider may take to answer, retries included; then the outcome counts as unknown. */
    @WithDefault("10s")
    Duration timeout();

    /** Calls under way from a pod to one provider; what is beyond is not asked. */
    @WithDefault("256")
    int callsPerProvider();

    /** When a provider that fails is left alone. */
    Breaker breaker();

    /** Pay later: on invoice, by transfer, in cash. */
    Manual manual();

    /** The provider for trying things out. */
    Test test();

    /** Cards and more, by Stripe. On when it has an API key. */
    Stripe stripe();

    /** One per provider and pod. While it is open the provider is asked nothing: checkouts are told to come back. */
    interface Breaker {
        /** Calls that are looked back on. */
        @WithDefault("20")
        int calls();

        /** Of those, the part that must have failed for it to open. A declined card is no failure. */
        @WithDefault("0.5")
        double failures();

        /** How long it stays open before one call is let through to try. */
        @WithDefault("5s")
        Duration delay();
    }

    /** Payment that staff confirms later. On with the embedded cluster, off everywhere else. */
    interface Manual {
        /** Whether it is offered to everybody who has a cart. An order is confirmed, and can be sent, before it is paid. */
        @WithDefault("false")
        boolean enabled();
    }

    /** The test provider: it takes no real money. On with the embedded cluster, off everywhere else. */
    interface Test {
        /** Whether it is offered. Never where real goods are sold: its tokens buy them for nothing. */
        @WithDefault("false")
        boolean enabled();

        /**
         * What its webhooks are signed with (HMAC-SHA256). Absent: its webhooks are refused. {@code test-webhook-secret} with the
         * embedded cluster.
         */
        Optional<String> webhookSecret();
    }

    /** Stripe's PaymentIntents. */
    interface Stripe {
        /** {@code sk_…} or {@code rk_…}; a secret. Absent: Stripe is not offered. */
        Optional<String> apiKey();

        /** {@code whsec_…}, secrets: one, or two while they are rotated. Absent: its webhooks are refused. */
        Optional<List<String>> webhookSecrets();

        /** How old a webhook's signature may be. */
        @WithDefault("5m")
        Duration webhookTolerance();

        /** When the money is taken: {@code automatic}, with the order; {@code manual}, when the staff captures it. */
        @WithDefault("automatic")
        CaptureMode capture();

        /** Where Stripe sends shoppers back to. Absent: ways to pay that lead away from the shop are not offered. */
        Optional<String> returnUrl();

        /** Where Stripe is. */
        @WithDefault("https://api.stripe.com")
        String apiBase();

        /** Time to open a connection. */
        @WithDefault("2s")
        Duration connectTimeout();

        /** Time for one answer; {@code fondaco.payment.timeout} bounds all of them together. */
        @WithDefault("8s")
        Duration readTimeout();
    }

    /** When money is taken. */
    enum CaptureMode {
        AUTOMATIC,
        MANUAL
    }
}
