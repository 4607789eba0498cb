package io.fondaco.platform.messaging;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The event types of all modules, and the records of their events. */
@ApplicationScoped
public class EventTypeRegistry {
    private static final Pattern NAME = Pattern.compile("[a-z_]+\\.[a-z_]+");

    private final SortedMap<String, Class<? extends DomainEvent>> records;
    private final ObjectReader reader;

    /** Registers the events of a module. A module that publishes events has one bean of this type. */
    public interface EventTypeProvider {
        /** The sealed interface whose records are the events of the module. */
        Class<? extends DomainEvent> events();
    }

    EventTypeRegistry(Instance<EventTypeProvider> providers, ObjectMapper json) {
        // During an upgrade, pods of the earlier release read events of the next one, which may have more members.
        this.reader = json.reader().without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        this.records = byName(providers.stream().map(EventTypeProvider::events));
    }

    /**
     * The records of sealed interfaces by the names of their types.
     *
     * @throws IllegalArgumentException if a class is not an event, or if a name is invalid or declared twice
     */
    static SortedMap<String, Class<? extends DomainEvent>> byName(Stream<Class<? extends DomainEvent>> events) {
        SortedMap<String, Class<? extends DomainEvent>> records = new TreeMap<>();
        events.flatMap(EventTypeRegistry::recordsOf).forEach(eventRecord -> {
            String name = of(eventRecord).name();
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "Invalid name of an event type, it must be like order.placed: " + name);
            }
            if (records.putIfAbsent(name, eventRecord) != null) {
                throw new IllegalArgumentException("The event type %s is declared twice".formatted(name));
            }
        });
        return records;
    }

    /** All event types, by name. */
    public List<EventType> all() {
        return records.values().stream().map(EventTypeRegistry::of).toList();
    }

    /**
     * The record of the events of a type.
     *
     * @throws IllegalStateException if no module declares the type
     */
    public Class<? extends DomainEvent> recordOf(String type) {
        Class<? extends DomainEvent> eventRecord = records.get(type);
        if (eventRecord == null) {
            throw new IllegalStateException(
                    "Unknown event type %s: no module of this release declares it".formatted(type));
        }
        return eventRecord;
    }

    /**
     * Reads the data of an event as its record. Members that the record does not have are ignored.
     *
     * @throws IllegalStateException if no module declares the type of the event, if its record is not of the expected
     *     type, or if the data does not fit the record
     */
    public <E extends DomainEvent> E read(Event event, Class<E> expected) {
        Class<? extends DomainEvent> eventRecord = recordOf(event.type());
        if (!expected.isAssignableFrom(eventRecord)) {
            throw new IllegalStateException(
                    "Event %s of type %s is no %s".formatted(event.publicId(), event.type(), expected.getSimpleName()));
        }
        try {
            return expected.cast(reader.forType(eventRecord).readValue(event.data()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "The data of event %s is not that of %s, version %d"
                            .formatted(
                                    event.publicId(),
                                    event.type(),
                                    of(eventRecord).version()),
                    e);
        }
    }

    /** @throws IllegalArgumentException if the class is not a record with an {@link EventType} */
    static EventType of(Class<? extends DomainEvent> eventRecord) {
        EventType type = eventRecord.getAnnotation(EventType.class);
        if (type == null || !eventRecord.isRecord()) {
            throw new IllegalArgumentException(
                    "An event must be a record with @EventType, or a sealed interface of such records: " + eventRecord);
        }
        return type;
    }

    /** The record itself, or the records that a sealed interface permits. */
    static Stream<Class<? extends DomainEvent>> recordsOf(Class<? extends DomainEvent> events) {
        if (!events.isSealed()) {
            return Stream.of(events);
        }
        return Stream.of(events.getPermittedSubclasses())
                .flatMap(permitted -> recordsOf(permitted.asSubclass(DomainEvent.class)));
    }
}
