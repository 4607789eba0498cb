package io.fondaco.platform.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.messaging.ProbeListener.ProbeEvent;
import io.fondaco.platform.messaging.ProbeListener.ProbeEvent.ProbeHappened;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.Json;
import io.quarkus.test.junit.QuarkusTest;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The declared event types, and how their events are read. */
@QuarkusTest
class EventTypeRegistryTest {
    private final EventTypeRegistry eventTypes;
    private final ObjectMapper json;

    EventTypeRegistryTest(EventTypeRegistry eventTypes, ObjectMapper json) {
        this.eventTypes = eventTypes;
        this.json = json;
    }

    sealed interface OtherEvent extends DomainEvent {
        @EventType(name = "other.happened", summary = "Is not registered.")
        record OtherHappened() implements OtherEvent {}
    }

    @EventType(name = "probe.happened", summary = "Has the name of another event.")
    record SameName() implements DomainEvent {}

    @EventType(name = "Happened", summary = "Has an invalid name.")
    record InvalidName() implements DomainEvent {}

    record WithoutType() implements DomainEvent {}

    @Test
    void everyPublishedEventIsReadAsAnEqualRecord() {
        assertThat(eventTypes.all()).extracting(EventType::name).contains("order.placed", "product.updated");
        assertThat(eventTypes.all()).allSatisfy(type -> {
            DomainEvent published = sample(eventTypes.recordOf(type.name()));
            Event event = event(type.name(), Json.write(json, published));
            assertThat(eventTypes.read(event, DomainEvent.class)).isEqualTo(published);
        });
    }

    @Test
    void membersOfALaterReleaseAreIgnored() {
        Event event = event("probe.happened", "{\"note\": \"hello\", \"mood\": \"fine\"}");
        assertThat(eventTypes.read(event, ProbeEvent.class)).isEqualTo(new ProbeHappened("hello"));
    }

    @Test
    void dataThatDoesNotFitTheRecordIsRefused() {
        Event event = event("probe.happened", "{\"note\": [1]}");
        assertThatIllegalStateException()
                .isThrownBy(() -> eventTypes.read(event, ProbeEvent.class))
                .withMessage("The data of event %s is not that of probe.happened, version 1", event.publicId());
    }

    @Test
    void unknownTypeIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> eventTypes.read(event("probe.vanished", "{}"), DomainEvent.class))
                .withMessage("Unknown event type probe.vanished: no module of this release declares it");
    }

    @Test
    void eventOfAnotherModuleIsRefused() {
        Event event = event("probe.happened", "{\"note\": \"hello\"}");
        assertThatIllegalStateException()
                .isThrownBy(() -> eventTypes.read(event, OtherEvent.class))
                .withMessage("Event %s of type probe.happened is no OtherEvent", event.publicId());
    }

    @Test
    void batchLeavesOutEventsOfOtherModules() {
        Event probe = event("probe.happened", "{\"note\": \"hello\"}");
        Event other = event("webhook.test", "{\"id\": \"%s\"}".formatted(TypeId.format("webhook", TypeId.newUuid())));
        EventBatch batch = new EventBatch(List.of(other, probe), eventTypes);
        assertThat(batch.events(ProbeEvent.class)).containsExactly(Map.entry(probe, new ProbeHappened("hello")));
        assertThat(batch.events(DomainEvent.class)).containsOnlyKeys(other, probe);
    }

    @Test
    void declarationsAreChecked() {
        assertThat(byName(ProbeEvent.class, OtherEvent.class))
                .containsExactly(
                        Map.entry("other.happened", OtherEvent.OtherHappened.class),
                        Map.entry("probe.happened", ProbeHappened.class));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> byName(ProbeEvent.class, SameName.class))
                .withMessage("The event type probe.happened is declared twice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> byName(InvalidName.class))
                .withMessageStartingWith("Invalid name of an event type");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> byName(WithoutType.class))
                .withMessageStartingWith("An event must be a record with @EventType");
        assertThatIllegalArgumentException().isThrownBy(() -> new NewEvent("probe", 1, new WithoutType()));
    }

    @SafeVarargs
    private static Map<String, Class<? extends DomainEvent>> byName(Class<? extends DomainEvent>... events) {
        return EventTypeRegistry.byName(Stream.of(events));
    }

    private static Event event(String type, String data) {
        return new Event(TypeId.newUuid(), type, "subject", 1, 1, Instant.now(), data, 0, false, null);
    }

    private static <R> R sample(Class<R> recordClass) {
        RecordComponent[] components = recordClass.getRecordComponents();
        try {
            Constructor<R> constructor = recordClass.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(Arrays.stream(components)
                    .map(component -> sampleValue(component.getType()))
                    .toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object sampleValue(Class<?> type) {
        if (type == String.class) {
            return "a \"text\" of émigrés";
        } else if (type == long.class) {
            return Long.MAX_VALUE;
        } else if (type == UUID.class) {
            return TypeId.newUuid();
        } else if (type == Money.class) {
            return Money.of(1999, "EUR");
        } else if (type == List.class) {
            return List.of("SKU-1", "SKU-2");
        } else if (type == Map.class) {
            return Map.of(
                    "refund_id",
                    "refund_1",
                    "amount",
                    Map.of("amount", 605, "currency", "GBP"),
                    "lines",
                    List.of(Map.of("line_id", "line_1", "quantity", 2)));
        } else if (type.isEnum()) {
            return type.getEnumConstants()[type.getEnumConstants().length - 1];
        }
        return sample(type);
    }
}
