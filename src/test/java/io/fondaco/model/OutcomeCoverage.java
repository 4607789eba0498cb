package io.fondaco.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts how often each outcome was reached: a run that never reaches an outcome proves nothing about it. */
final class OutcomeCoverage {
    private static final List<String> REQUIRED_OUTCOMES = List.of(
            "Add 200",
            "Add 409 completion_in_progress",
            "Add 409 cart_completed",
            "SetQuantity 200",
            "SetQuantity 422 quantity_out_of_range",
            "Remove 200",
            "SetCoupon 200",
            "Complete 201",
            "Complete 202",
            "Complete 402 payment_declined",
            "Complete 409 cart_completed",
            "Complete 409 completion_in_progress",
            "Complete 409 coupon_used_up",
            "Complete 409 out_of_stock",
            "Complete 409 price_changed",
            "Complete 422 cart_incomplete",
            "ResumePayment 201",
            "ResumePayment 202",
            "ResumePayment 402 payment_declined",
            "ResumePayment 409 out_of_stock",
            "RepeatCheckout 201",
            "RepeatCheckout 202",
            "RepeatCheckout 402 payment_declined",
            "RepeatCheckout 409 request_in_flight",
            "RepeatCheckout 422 idempotency_key_reused",
            "SendWebhook 204",
            "Cancel 200",
            "Cancel 409 invalid_order_status",
            "CancelUnits 200",
            "CancelUnits 409 invalid_order_status",
            "CancelUnits 422 quantity_exceeds_line",
            "RefundAmount 201",
            "RefundAmount 409 refund_exceeds_captured",
            "RefundAmount 422 nothing_to_refund",
            "RefundUnits 201",
            "RefundUnits 409 refund_exceeds_captured",
            "RefundUnits 422 quantity_exceeds_line",
            "CapturePayment 200",
            "CapturePayment 409 not_capturable",
            "Adjust 200",
            "Adjust 409 out_of_stock",
            "SetAvailable 200",
            "RepeatStaffRequest 200",
            "RepeatStaffRequest 201");

    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

    void mark(Step step, String statusAndCode) {
        mark(step.getClass().getSimpleName() + " " + statusAndCode);
    }

    void mark(CoverageEvent coverageEvent) {
        mark(coverageEvent.name());
    }

    void markIf(boolean condition, CoverageEvent coverageEvent) {
        if (condition) {
            mark(coverageEvent);
        }
    }

    private void mark(String outcome) {
        counts.computeIfAbsent(outcome, _ -> new LongAdder()).increment();
    }

    /** The required outcomes and events that were never reached. */
    List<String> missing() {
        List<String> missing = new ArrayList<>(REQUIRED_OUTCOMES);
        for (CoverageEvent coverageEvent : CoverageEvent.values()) {
            missing.add(coverageEvent.name());
        }
        missing.removeAll(counts.keySet());
        return missing;
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
