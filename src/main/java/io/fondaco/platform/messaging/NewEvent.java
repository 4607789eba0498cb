package io.fondaco.platform.messaging;

/**
 * Something to be told.
 *
 * @param subject the identifier of what it happened to; its events keep their order
 * @param version of the subject after it, as its {@code ETag} says
 * @param data an instance of {@link EventType#data}; thin: facts to decide by, no personal data
 */
public record NewEvent(EventType type, String subject, long version, Object data) {
    public NewEvent {
        if (!type.data().isInstance(data)) {
            throw new IllegalArgumentException(
                    "%s is told with a %s".formatted(type.name(), type.data().getSimpleName()));
        }
    }
}
