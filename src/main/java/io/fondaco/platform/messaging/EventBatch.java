package io.fondaco.platform.messaging;

import java.util.List;

/**
 * Events that a listener handles together: each once, and those of a subject in the order of their sequence numbers.
 */
public record EventBatch(List<Event> events) {
    public EventBatch {
        events = List.copyOf(events);
    }
}
