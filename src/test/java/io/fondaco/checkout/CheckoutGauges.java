package io.fondaco.checkout;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;

/** Refreshes the gauges of open checkouts for tests, which need not wait for the next scheduled refresh. */
@ApplicationScoped
public class CheckoutGauges {
    private final CheckoutRecovery recovery;

    CheckoutGauges(CheckoutRecovery recovery) {
        this.recovery = recovery;
    }

    @ActivateRequestContext
    public void refresh() {
        recovery.measure();
    }
}
