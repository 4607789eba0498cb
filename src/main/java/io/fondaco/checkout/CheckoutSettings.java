package io.fondaco.checkout;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the checkout. */
@ConfigMapping(prefix = "fondaco.checkout")
interface CheckoutSettings {
    /**
     * How long the request that began a checkout attempt may work on it before recovery takes over; longer than
     * {@code fondaco.payment.timeout}.
     */
    @WithDefault("15s")
    Duration attemptLease();

    /**
     * How long to wait before the first status query for a pending payment. It doubles with each query, up to 5
     * minutes. Longer means fewer calls to the provider, whose webhooks usually come first.
     */
    @WithDefault("5s")
    Duration pendingPaymentQueryDelay();

    /** How long a payment may stay pending before it is voided and the order is cancelled. */
    @WithDefault("24h")
    Duration pendingPaymentTimeout();

    /**
     * How long a shopper has to take the action of a pending payment (3-D Secure) before the payment is voided and the
     * order is cancelled.
     */
    @WithDefault("30m")
    Duration paymentActionTimeout();

    /**
     * How often one worker of the cluster looks for unfinished checkout attempts, refunds and voids: after a crash,
     * shoppers and customers wait for it.
     */
    @WithDefault("5s")
    Duration recoveryInterval();
}
