package io.fondaco.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** How often each outcome was met: a run that never met one proves nothing of it. */
final class Reached {
    private static final List<String> OUTCOMES = List.of(
            "Add 200",
            "Add 409 completion_in_progress",
            "Add 409 cart_completed",
            "Change 200",
            "Change 422 quantity_out_of_range",
            "Remove 200",
            "Coupon 200",
            "Complete 201",
            "Complete 202",
            "Complete 402 payment_declined",
            "Complete 409 cart_completed",
            "Complete 409 completion_in_progress",
            "Complete 409 coupon_used_up",
            "Complete 409 out_of_stock",
            "Complete 409 price_changed",
            "Complete 422 cart_incomplete",
            "Answer 201",
            "Answer 202",
            "Answer 402 payment_declined",
            "Answer 409 out_of_stock",
            "Repeat 201",
            "Repeat 202",
            "Repeat 402 payment_declined",
            "Repeat 409 request_in_flight",
            "Repeat 422 idempotency_key_reused",
            "Tell 204",
            "Cancel 200",
            "Cancel 409 invalid_order_status",
            "CancelUnits 200",
            "CancelUnits 409 invalid_order_status",
            "CancelUnits 422 quantity_exceeds_line",
            "Refund 201",
            "Refund 409 refund_exceeds_captured",
            "Refund 422 nothing_to_refund",
            "RefundUnits 201",
            "RefundUnits 409 refund_exceeds_captured",
            "RefundUnits 422 quantity_exceeds_line",
            "Capture 200",
            "Capture 409 not_capturable",
            "Adjust 200",
            "Adjust 409 out_of_stock",
            "Count 200",
            "Again 200",
            "Again 201");

    private final Map<String, LongAdder> times = new ConcurrentSkipListMap<>();

    void mark(Step step, String verdict) {
        mark(step.getClass().getSimpleName() + " " + verdict);
    }

    void mark(Event event) {
        mark(event.name());
    }

    void markIf(boolean happened, Event event) {
        if (happened) {
            mark(event);
        }
    }

    private void mark(String outcome) {
        times.computeIfAbsent(outcome, _ -> new LongAdder()).increment();
    }

    /** What was never met, though it should have been. */
    List<String> missing() {
        List<String> missing = new ArrayList<>(OUTCOMES);
        for (Event event : Event.values()) {
            missing.add(event.name());
        }
        missing.removeAll(times.keySet());
        return missing;
    }

    @Override
    public String toString() {
        return times.toString();
    }
}
