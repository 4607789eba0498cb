package io.fondaco.payment;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of payments. */
@ConfigMapping(prefix = "fondaco.payment")
interface PaymentSettings {
    /** Maximum time of one operation of a provider, retries included; then the outcome counts as unknown. */
    @WithDefault("10s")
    Duration timeout();

    /** Circuit breaker around the calls to a provider. */
    Breaker breaker();

    /** Payment later: on invoice, by transfer or in cash. */
    Manual manual();

    /** The test provider. */
    Test test();

    /** Cards and other payment methods, by Stripe. Enabled if it has an API key. */
    Stripe stripe();

    /**
     * One circuit breaker per provider and pod. While it is open, no calls are made, and checkouts are answered 503
     * with {@code Retry-After}.
     */
    interface Breaker {

        /** Share of the last 20 calls that must fail to open the circuit breaker. A declined card is not a failure. */
        @WithDefault("0.5")
        double failureRatio();

        /** How long the circuit breaker stays open before one trial call is made. */
        @WithDefault("5s")
        Duration delay();
    }

    /** Payment that staff confirms later. Enabled with the embedded cluster, disabled otherwise. */
    interface Manual {
        /**
         * Whether payment later is offered, to all customers. An order is confirmed, and can be sent, before it is
         * paid. True with the embedded cluster.
         */
        @WithDefault("false")
        boolean enabled();
    }

    /** The test provider, which takes no real money. Enabled with the embedded cluster, disabled otherwise. */
    interface Test {
        /**
         * Whether the test provider is offered. Never enable it in a shop that sells real goods: any client can order
         * with its tokens without paying. True with the embedded cluster.
         */
        @WithDefault("false")
        boolean enabled();

        /**
         * Secret that signs the webhooks of the test provider (HMAC-SHA256). Absent: its webhooks are rejected.
         * {@code test-webhook-secret} with the embedded cluster.
         */
        Optional<String> webhookSecret();
    }

    /** Stripe's PaymentIntents. */
    interface Stripe {
        /** API key of Stripe, {@code sk_…} or {@code rk_…}; a secret. Absent: Stripe is not offered. */
        Optional<String> apiKey();

        /**
         * Webhook secrets of Stripe, {@code whsec_…}: one, or two during a rotation. Absent: its webhooks are rejected.
         */
        Optional<List<String>> webhookSecrets();

        /** When Stripe captures the money: {@code automatic}, with the order; {@code manual}, by staff. */
        @WithDefault("automatic")
        CaptureMode capture();

        /**
         * URL to which Stripe sends shoppers back. Absent: payment methods that redirect to another site are not
         * offered.
         */
        Optional<String> returnUrl();

        /** Base URL of the Stripe API; another one for a proxy or a simulator. */
        @WithDefault("https://api.stripe.com")
        String apiBase();

        /**
         * Maximum time of one HTTP request to Stripe; {@code fondaco.payment.timeout} bounds all requests of an
         * operation together.
         */
        @WithDefault("8s")
        Duration readTimeout();
    }

    /** When money is captured. */
    enum CaptureMode {
        AUTOMATIC,
        MANUAL
    }
}
