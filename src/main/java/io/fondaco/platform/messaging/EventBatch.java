package io.fondaco.platform.messaging;

import java.util.List;

/** Events that a listener is handed together: a subject's in the order of their numbers, and each once. */
public record EventBatch(List<Event> events) {
    public EventBatch {
        events = List.copyOf(events);
    }
}
