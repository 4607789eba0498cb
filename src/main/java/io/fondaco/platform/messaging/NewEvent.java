package io.fondaco.platform.messaging;

/**
 * An event to publish.
 *
 * @param subject the identifier of the entity that the event is about; its events keep their order
 * @param version the version of the subject after the event, as in its {@code ETag}
 */
public record NewEvent(String subject, long version, DomainEvent data) {
    /** @throws IllegalArgumentException if the data is not a record with an {@link EventType} */
    public NewEvent {
        EventTypeRegistry.of(data.getClass());
    }

    public EventType type() {
        return EventTypeRegistry.of(data.getClass());
    }
}
