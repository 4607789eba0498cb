package io.fondaco.platform.messaging;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A type of event that a module publishes.
 *
 * @param name the kind of subject and what happened to it: {@code order.placed}
 * @param summary one sentence for the documentation
 * @param data the class whose JSON is the data of the events
 */
public record EventType(String name, String summary, Class<?> data) {
    private static final Pattern NAME = Pattern.compile("[a-z_]+\\.[a-z_]+");

    public EventType {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("Invalid name of an event type, it must be like order.placed: " + name);
        }
    }

    /** The event types of a module. A module that publishes events has one bean of this type. */
    public interface EventTypeProvider {
        List<EventType> eventTypes();
    }
}
