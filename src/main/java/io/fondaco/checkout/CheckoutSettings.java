package io.fondaco.checkout;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** How a cart becomes an order. */
@ConfigMapping(prefix = "fondaco.checkout")
interface CheckoutSettings {
    /** How long stock is set aside for a completion; far longer than a completion takes. */
    @WithDefault("15m")
    Duration reservationTtl();

    /** How long a completion is left to the request that began it, before recovery takes it up; longer than {@code fondaco.payment.timeout}. */
    @WithDefault("15s")
    Duration completionLease();

    /** How long to wait before a provider is first asked about a pending payment; doubles with each time, up to 5 minutes. */
    @WithDefault("5s")
    Duration pendingCheck();

    /** How long a payment may stay pending before it is given up and the order cancelled. */
    @WithDefault("24h")
    Duration pendingLimit();

    /** How long a shopper has to do what a pending payment asks for (3-D Secure) before it is given up and the order cancelled. */
    @WithDefault("30m")
    Duration shopperLimit();

    /** For tests, with the test provider only: the process ends, as if killed, when a completion comes to this step. */
    Optional<CrashPoint> cutOffAt();

    /** For the how manieth completion that does. */
    @WithDefault("1")
    int cutOffAfter();

    /** How often a worker of the cluster looks for completions, refunds and releases that nobody finishes. */
    @WithDefault("5s")
    Duration recoveryInterval();

    /** Completions that recovery settles at the same time, and refunds and releases that it takes up together. */
    @WithDefault("10")
    int recoveryBatch();
}
