package io.fondaco.checkout;

import jakarta.enterprise.context.ApplicationScoped;

/** Refreshes the gauges of open checkouts for tests, which need not wait for the next scheduled refresh. */
@ApplicationScoped
public class CheckoutGauges {
    private final CheckoutRecovery recovery;

    CheckoutGauges(CheckoutRecovery recovery) {
        this.recovery = recovery;
    }

    public void refresh() {
        recovery.measure();
    }
}
