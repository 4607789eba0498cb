package io.fondaco.platform.messaging;

/**
 * An event to publish.
 *
 * @param subject the identifier of the entity that the event is about; its events keep their order
 * @param version the version of the subject after the event, as in its {@code ETag}
 * @param data an instance of {@link EventType#data}; thin: the facts that consumers decide by, no personal data
 */
public record NewEvent(EventType type, String subject, long version, Object data) {
    public NewEvent {
        if (!type.data().isInstance(data)) {
            throw new IllegalArgumentException("An event of type %s needs data of class %s"
                    .formatted(type.name(), type.data().getSimpleName()));
        }
    }
}
