package io.fondaco.platform.messaging;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Events that a listener handles together: each once, and those of a subject in the order of their sequence numbers.
 *
 * @param types reads the records of the events
 */
public record EventBatch(List<Event> events, EventTypeRegistry types) {
    public EventBatch {
        events = List.copyOf(events);
    }

    /**
     * The events whose records are of a type, each with its record, in their order. Other events are left out.
     *
     * @param type a record, or the sealed interface of the events of a module
     * @throws IllegalStateException if no module declares the type of an event, or if its data does not fit its record;
     *     a listener lets it pass, so that the event is retried and becomes a dead letter
     */
    public <E extends DomainEvent> SequencedMap<Event, E> events(Class<E> type) {
        SequencedMap<Event, E> found = new LinkedHashMap<>();
        for (Event event : events) {
            if (type.isAssignableFrom(types.recordOf(event.type()))) {
                found.put(event, types.read(event, type));
            }
        }
        return found;
    }

    EventBatch withEvents(List<Event> others) {
        return new EventBatch(others, types);
    }
}
