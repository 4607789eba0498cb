package io.fondaco.payment;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;

/** Refreshes the gauges of pending refunds for tests, which need not wait for the next scheduled refresh. */
@ApplicationScoped
public class PaymentGauges {
    private final PendingRefundMonitor monitor;

    PaymentGauges(PendingRefundMonitor monitor) {
        this.monitor = monitor;
    }

    @ActivateRequestContext
    public void refresh() {
        monitor.measure();
    }
}
