package io.fondaco;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.EventTypeRegistry;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Generates the AsyncAPI document of the event types and their payloads, and compares it with the committed one. */
@QuarkusTest
class AsyncApiContractTest {
    private static final Path COMMITTED = Path.of("docs", "asyncapi.json");
    private static final PropertyNamingStrategies.SnakeCaseStrategy SNAKE =
            new PropertyNamingStrategies.SnakeCaseStrategy();

    private static final String PROBE = "probe.";

    @Inject
    EventTypeRegistry eventTypes;

    private final ObjectMapper json = new ObjectMapper();

    @Test
    void documentEqualsTheCommittedOne() throws IOException {
        String current = json.writerWithDefaultPrettyPrinter().writeValueAsString(document()) + "\n";
        GoldenFile.verify(COMMITTED, current);
    }

    @Test
    void everyEventTypeIsUniqueAndDescribed() {
        List<EventType> types = types();
        assertThat(types).extracting(EventType::name).doesNotHaveDuplicates();
        assertThat(types).allSatisfy(type -> assertThat(type.summary()).endsWith("."));
        assertThat(types).allSatisfy(type -> assertThat(type.version()).isPositive());
        assertThat(types)
                .allSatisfy(type ->
                        assertThat(eventTypes.recordOf(type.name()).isRecord()).isTrue());
    }

    @Test
    void everyEventRecordIsRegistered() {
        Set<String> declared = new ClassFileImporter()
                .importPath(Path.of("target", "classes")).stream()
                        .filter(type -> type.isAnnotatedWith(EventType.class))
                        .map(type -> type.getAnnotationOfType(EventType.class).name())
                        .collect(Collectors.toSet());
        assertThat(types()).extracting(EventType::name).containsExactlyInAnyOrderElementsOf(declared);
    }

    /** The event types without those of tests. */
    private List<EventType> types() {
        return eventTypes.all().stream()
                .filter(type -> !type.name().startsWith(PROBE))
                .toList();
    }

    private ObjectNode document() {
        ObjectNode document = json.createObjectNode();
        document.put("asyncapi", "3.0.0");
        document.putObject("info")
                .put("title", "Fondaco's events")
                .put("version", "1.0.0")
                .put(
                        "description",
                        "CloudEvents 1.0 in Kafka's binary mode, keyed by subject. The events of a subject"
                                + " keep the order of their sequence. An event may arrive more than once, with the"
                                + " same id.");
        ObjectNode messages = json.createObjectNode();
        ObjectNode references = json.createObjectNode();
        for (EventType type : types()) {
            ObjectNode message = messages.putObject(type.name());
            message.put("name", type.name());
            message.put("summary", type.summary());
            message.put("contentType", "application/json");
            message.set("headers", headers(type.name()));
            message.set("payload", schema(eventTypes.recordOf(type.name())));
            references.putObject(type.name()).put("$ref", "#/components/messages/" + type.name());
        }
        ObjectNode channel = document.putObject("channels").putObject("events");
        channel.put("address", "fondaco.events");
        channel.set("messages", references);
        ObjectNode operation = document.putObject("operations").putObject("publishEvents");
        operation.put("action", "send");
        operation.putObject("channel").put("$ref", "#/channels/events");
        document.putObject("components").set("messages", messages);
        return document;
    }

    private ObjectNode headers(String type) {
        ObjectNode headers = json.createObjectNode();
        headers.put("type", "object");
        ObjectNode properties = headers.putObject("properties");
        properties.putObject("ce_specversion").put("const", "1.0");
        properties.putObject("ce_type").put("const", type);
        properties.putObject("ce_source").put("const", "/fondaco");
        for (String header : List.of("ce_id", "ce_subject", "ce_time", "ce_sequence", "ce_resourceversion")) {
            properties.putObject(header).put("type", "string");
        }
        return headers;
    }

    private ObjectNode schema(Type type) {
        ObjectNode schema = json.createObjectNode();
        if (type instanceof ParameterizedType generic) {
            boolean list = generic.getRawType() == List.class;
            schema.put("type", list ? "array" : "object");
            if (list) {
                schema.set("items", schema(generic.getActualTypeArguments()[0]));
            }
            return schema;
        }
        Class<?> plain = (Class<?>) type;
        if (plain == long.class || plain == int.class) {
            return schema.put("type", "integer");
        }
        if (plain.isEnum()) {
            ArrayNode values = schema.put("type", "string").putArray("enum");
            Arrays.stream(plain.getEnumConstants()).map(this::text).forEach(values::add);
            return schema;
        }
        if (plain == String.class || isWrittenAsText(plain)) {
            return schema.put("type", "string");
        }
        if (!plain.isRecord()) {
            return schema.put("type", "object");
        }
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        members(plain).forEach(component -> {
            String name = SNAKE.translate(component.getName());
            properties.set(name, schema(component.getGenericType()));
            required.add(name);
        });
        return schema;
    }

    /** The components that are members in JSON: those of an unwrapped component instead of itself. */
    private static Stream<RecordComponent> members(Class<?> type) {
        return Stream.of(type.getRecordComponents())
                .flatMap(component -> component.getAccessor().isAnnotationPresent(JsonUnwrapped.class)
                        ? members(component.getType())
                        : Stream.of(component));
    }

    private static boolean isWrittenAsText(Class<?> type) {
        return Stream.of(type.getDeclaredMethods())
                .anyMatch(method ->
                        method.isAnnotationPresent(JsonValue.class) && method.getReturnType() == String.class);
    }

    private String text(Object constant) {
        return json.convertValue(constant, String.class);
    }
}
