package io.fondaco.platform.messaging;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A kind of event that a module tells.
 *
 * @param name {@code order.placed}: what it is about, and what happened to it
 * @param summary for the documentation, one sentence
 * @param data what the events' data look like as JSON
 */
public record EventType(String name, String summary, Class<?> data) {
    private static final Pattern NAME = Pattern.compile("[a-z_]+\\.[a-z_]+");

    public EventType {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("Not the name of an event: " + name);
        }
    }

    /** What a module can tell: one bean of it in each that tells something. */
    public interface EventTypeProvider {
        List<EventType> eventTypes();
    }
}
