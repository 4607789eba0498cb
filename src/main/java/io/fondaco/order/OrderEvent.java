package io.fondaco.order;

import java.time.Instant;
import java.util.Map;

/** An entry of an order's history. */
public record OrderEvent(String event, String actor, String requestId, Instant at, Map<String, Object> facts) {
    public OrderEvent {
        facts = Map.copyOf(facts);
    }
}
