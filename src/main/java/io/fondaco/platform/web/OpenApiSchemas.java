package io.fondaco.platform.web;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.FieldInfo;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jboss.jandex.RecordComponentInfo;
import org.jboss.jandex.Type;
import org.jspecify.annotations.Nullable;

/**
 * Makes the schemas of the OpenAPI document describe the JSON that Jackson reads and writes. The scanner ignores the
 * {@code @JsonValue} of a record and JSpecify's {@code @Nullable}: without this class an identifier would be an object,
 * and no schema would say which members are required and which may be null.
 *
 * <p>In a response every member is present, unless {@code @JsonInclude} omits it; it is null only if its component is
 * {@code @Nullable}. In a request a {@code @Nullable} member may be absent, which means the same as null. A schema that
 * is used in both requires only the members that are required in both.
 */
final class OpenApiSchemas {
    private static final DotName NULLABLE = DotName.createSimple(Nullable.class);
    private static final DotName SCHEMA =
            DotName.createSimple(org.eclipse.microprofile.openapi.annotations.media.Schema.class);
    private static final DotName ANY_GETTER = DotName.createSimple(JsonAnyGetter.class);
    private static final DotName IGNORE = DotName.createSimple(JsonIgnore.class);
    private static final DotName INCLUDE = DotName.createSimple(JsonInclude.class);
    private static final DotName PROPERTY = DotName.createSimple(JsonProperty.class);
    private static final DotName UNWRAPPED = DotName.createSimple(JsonUnwrapped.class);
    private static final DotName VALUE = DotName.createSimple(JsonValue.class);
    private static final DotName UUID_TYPE = DotName.createSimple(UUID.class);
    private static final String UUID_SCHEMA = "UUID";
    private static final PropertyNamingStrategies.NamingBase NAMES = new PropertyNamingStrategies.SnakeCaseStrategy();
    private static final UUID EXAMPLE = UUID.fromString("019a6f2c-8d4e-7c3a-9f10-2b6d7e8f9a01");

    /** 26 characters of Crockford's base 32; the first has only three bits. */
    private static final String SUFFIX = "[0-7][0-9a-hjkmnp-tv-z]{25}";

    private final OpenAPI document;
    private final IndexView index;

    /**
     * A member of a JSON object.
     *
     * @param nullable whether its value may be null
     * @param omittedWhenEmpty whether responses omit it when it has no value
     */
    private record Member(boolean nullable, boolean omittedWhenEmpty) {}

    private OpenApiSchemas(OpenAPI document, IndexView index) {
        this.document = document;
        this.index = index;
    }

    /** @param index the application's classes, whose records the schemas describe */
    static void complete(OpenAPI document, IndexView index) {
        new OpenApiSchemas(document, index).complete();
    }

    private void complete() {
        Set<String> requestSchemas = new HashSet<>();
        operations().map(Operation::getRequestBody).filter(Objects::nonNull).forEach(body -> schemas(body.getContent())
                .forEach(schema -> collectNames(schema, requestSchemas)));
        Map<String, ClassInfo> identifiers = new LinkedHashMap<>();
        components().forEach((name, schema) -> recordOf(name, schema).ifPresent(type -> {
            if (isIdentifier(type)) {
                identifiers.put(name, type);
            } else {
                describeMembers(schema, type, requestSchemas.contains(name));
            }
        }));
        identifiers.forEach((name, type) -> document.getComponents().addSchema(name, identifier(type)));
        removeUnusedUuid();
        forEachSchema(OpenApiSchemas::makePatternPortable);
    }

    private Map<String, Schema> components() {
        return document.getComponents().getSchemas();
    }

    private Stream<Operation> operations() {
        return document.getPaths().getPathItems().values().stream()
                .flatMap(item -> item.getOperations().values().stream());
    }

    private static Stream<Schema> schemas(@Nullable Content content) {
        return content == null
                ? Stream.empty()
                : content.getMediaTypes().values().stream()
                        .map(MediaType::getSchema)
                        .filter(Objects::nonNull);
    }

    /** Collects the names of the components that a schema refers to, directly or through others. */
    private void collectNames(Schema schema, Set<String> names) {
        if (schema.getRef() != null) {
            String name = schema.getRef().substring(schema.getRef().lastIndexOf('/') + 1);
            Schema component = components().get(name);
            if (names.add(name) && component != null) {
                collectNames(component, names);
            }
        }
        subschemas(schema).forEach(part -> collectNames(part, names));
    }

    private static Stream<Schema> subschemas(Schema schema) {
        return Stream.of(
                        schema.getProperties() == null
                                ? List.<Schema>of()
                                : schema.getProperties().values(),
                        listOf(schema.getItems()),
                        listOf(schema.getAdditionalPropertiesSchema()),
                        orEmpty(schema.getAnyOf()),
                        orEmpty(schema.getOneOf()),
                        orEmpty(schema.getAllOf()))
                .flatMap(Collection::stream);
    }

    private static List<Schema> listOf(@Nullable Schema schema) {
        return schema == null ? List.of() : List.of(schema);
    }

    private static List<Schema> orEmpty(@Nullable List<Schema> schemas) {
        return schemas == null ? List.of() : schemas;
    }

    /** The record that a component describes: one with the same name and the same members. */
    private Optional<ClassInfo> recordOf(String name, Schema schema) {
        if (schema.getProperties() == null) {
            return Optional.empty();
        }
        Set<String> properties = schema.getProperties().keySet();
        List<ClassInfo> found = index.getKnownClasses().stream()
                .filter(ClassInfo::isRecord)
                .filter(type -> isNamed(name, type))
                .filter(type -> members(type).keySet().equals(properties))
                .toList();
        if (found.stream().map(this::members).distinct().count() > 1) {
            throw new IllegalStateException(
                    "Several records could be the schema %s; name them by @Schema(name): %s".formatted(name, found));
        }
        return found.stream().findFirst();
    }

    private static boolean isNamed(String name, ClassInfo type) {
        String own = Optional.ofNullable(type.declaredAnnotation(SCHEMA))
                .map(declared -> declared.value("name"))
                .map(AnnotationValue::asString)
                .orElseGet(type::simpleName);
        if (!name.startsWith(own)) {
            return false;
        }
        // The scanner numbers records with the same name, and appends the type argument to a generic one.
        return !type.typeParameters().isEmpty()
                || name.substring(own.length()).chars().allMatch(Character::isDigit);
    }

    /** Members by JSON name, in the order of the record. */
    private Map<String, Member> members(ClassInfo type) {
        Map<String, Member> members = new LinkedHashMap<>();
        AnnotationInstance includeOfAll = type.declaredAnnotation(INCLUDE);
        for (RecordComponentInfo component : type.recordComponentsInDeclarationOrder()) {
            FieldInfo field = component.field();
            if (field.hasAnnotation(IGNORE)) {
                continue;
            }
            if (field.hasAnnotation(UNWRAPPED)) {
                members.putAll(members(index.getClassByName(field.type().name())));
                continue;
            }
            AnnotationInstance include = field.annotation(INCLUDE);
            members.put(
                    jsonName(component.name(), field.annotation(PROPERTY)),
                    member(field.type(), include == null ? includeOfAll : include));
        }
        for (MethodInfo method : type.methods()) {
            if (method.hasDeclaredAnnotation(PROPERTY) && method.parametersCount() == 0) {
                members.putIfAbsent(
                        jsonName(method.name(), method.declaredAnnotation(PROPERTY)),
                        member(method.returnType(), includeOfAll));
            }
        }
        return members;
    }

    /** The name that {@code @JsonProperty} gives a member, or else its Java name in snake case. */
    private static String jsonName(String javaName, @Nullable AnnotationInstance property) {
        return property == null
                        || property.value() == null
                        || property.value().asString().isEmpty()
                ? NAMES.translate(javaName)
                : property.value().asString();
    }

    /** A member that cannot be null is never omitted by {@code NON_NULL}. */
    private static Member member(Type type, @Nullable AnnotationInstance include) {
        boolean nullable = type.hasAnnotation(NULLABLE);
        String omitted = include == null || include.value() == null
                ? ""
                : include.value().asEnum();
        return new Member(nullable, omitted.equals("NON_NULL") ? nullable : omitted.startsWith("NON_"));
    }

    private void describeMembers(Schema schema, ClassInfo type, boolean inRequest) {
        Map<String, Schema> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        members(type).forEach((name, member) -> {
            if (!member.omittedWhenEmpty() && !(inRequest && member.nullable())) {
                required.add(name);
            }
            boolean nullable = member.nullable() && (inRequest || !member.omittedWhenEmpty());
            properties.put(name, withType(requireNonNull(schema.getProperties().get(name)), nullable));
        });
        schema.setProperties(properties);
        schema.setRequired(required.isEmpty() ? null : required);
        if (type.methods().stream().anyMatch(method -> method.hasDeclaredAnnotation(ANY_GETTER))) {
            schema.setAdditionalPropertiesSchema(OASFactory.createSchema());
        }
    }

    private static Schema withType(Schema property, boolean nullable) {
        Optional<String> reference = reference(property);
        if (reference.isPresent()) {
            Schema target = OASFactory.createSchema().ref(reference.get());
            // Next to a reference the scanner writes the type of the Java class, which may differ from its JSON type.
            return (nullable ? orNull(target) : target)
                    .description(property.getDescription())
                    .examples(property.getExamples())
                    .defaultValue(property.getDefaultValue());
        }
        if (property.getType() == null) {
            return property;
        }
        List<SchemaType> types = new ArrayList<>(property.getType());
        types.remove(SchemaType.NULL);
        if (nullable && property.getEnumeration() != null) {
            return orNull(property.type(types));
        }
        if (nullable) {
            types.add(SchemaType.NULL);
        }
        return property.type(types);
    }

    private static Schema orNull(Schema schema) {
        return OASFactory.createSchema()
                .anyOf(List.of(schema, OASFactory.createSchema().type(List.of(SchemaType.NULL))));
    }

    /** The reference of a property, its own or that of its non-null alternative. */
    private static Optional<String> reference(Schema property) {
        return Stream.concat(Stream.of(property), orEmpty(property.getAnyOf()).stream())
                .map(Schema::getRef)
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** Whether the record wraps a UUID and is written as a string. */
    private static boolean isIdentifier(ClassInfo type) {
        List<RecordComponentInfo> components = type.recordComponentsInDeclarationOrder();
        return components.size() == 1
                && components.getFirst().type().name().equals(UUID_TYPE)
                && type.methods().stream().anyMatch(method -> method.hasAnnotation(VALUE));
    }

    /** The example is the string that the record itself writes; the prefix is taken from the example. */
    private static Schema identifier(ClassInfo type) {
        String example = write(type, EXAMPLE);
        String prefix = example.substring(0, example.lastIndexOf('_'));
        return OASFactory.createSchema()
                .type(List.of(SchemaType.STRING))
                .description("TypeID with the prefix `%s`.".formatted(prefix))
                .pattern("^" + prefix + "_" + SUFFIX + "$")
                .examples(List.of(example));
    }

    private static String write(ClassInfo identifier, UUID uuid) {
        try {
            Constructor<?> constructor = Class.forName(
                            identifier.name().toString(),
                            true,
                            Thread.currentThread().getContextClassLoader())
                    .getDeclaredConstructor(UUID.class);
            constructor.setAccessible(true);
            return constructor.newInstance(uuid).toString();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot create an example of " + identifier.name(), e);
        }
    }

    private void removeUnusedUuid() {
        Set<String> used = new HashSet<>();
        forEachSchema(schema -> {
            if (schema.getRef() != null) {
                used.add(schema.getRef().substring(schema.getRef().lastIndexOf('/') + 1));
            }
        });
        if (!used.contains(UUID_SCHEMA)) {
            document.getComponents().removeSchema(UUID_SCHEMA);
        }
    }

    private void forEachSchema(Consumer<Schema> action) {
        Stream<Schema> roots =
                Stream.concat(components().values().stream(), operations().flatMap(operation -> Stream.of(
                                operation.getParameters() == null
                                        ? Stream.<Schema>empty()
                                        : operation.getParameters().stream()
                                                .map(Parameter::getSchema)
                                                .filter(Objects::nonNull),
                                operation.getRequestBody() == null
                                        ? Stream.<Schema>empty()
                                        : schemas(operation.getRequestBody().getContent()),
                                operation.getResponses().getAPIResponses().values().stream()
                                        .flatMap(response -> schemas(response.getContent())))
                        .flatMap(stream -> stream)));
        roots.toList().forEach(root -> visit(root, action));
    }

    private static void visit(Schema schema, Consumer<Schema> action) {
        action.accept(schema);
        subschemas(schema).forEach(part -> visit(part, action));
    }

    /**
     * Bean Validation matches the whole text, JSON Schema any part of it. JSON Schema uses the syntax of ECMAScript,
     * which has no {@code \p{Cntrl}}.
     */
    private static void makePatternPortable(Schema schema) {
        String pattern = schema.getPattern();
        // @NotBlank is written as \S, which may match anywhere in the text.
        if (pattern == null || pattern.startsWith("^") || pattern.equals("\\S")) {
            return;
        }
        schema.setPattern("^(?:" + pattern.replace("\\p{Cntrl}", "\\u0000-\\u001F\\u007F") + ")$");
    }
}
