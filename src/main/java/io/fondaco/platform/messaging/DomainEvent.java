package io.fondaco.platform.messaging;

/**
 * An event of a module, as a record with an {@link EventType}. The JSON of the record is the data of the event. It is
 * thin: the facts that consumers decide by, no personal data.
 *
 * <p>A module declares its events as one sealed interface that extends this one. An {@link
 * EventTypeRegistry.EventTypeProvider} registers it.
 */
public interface DomainEvent {}
