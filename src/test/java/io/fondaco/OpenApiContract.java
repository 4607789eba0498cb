package io.fondaco;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Judges JSON by an OpenAPI 3.1 document, whose schemas are JSON Schema 2020-12: whether it fits, and has no member that
 * is not described.
 */
public final class OpenApiContract {
    private static final String JSON = "application/json";
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(VersionFlag.V202012);

    private final JsonNode document;
    private final List<OperationRoute> routes;
    private final Map<JsonNode, JsonSchema> compiled = new ConcurrentHashMap<>();

    private record OperationRoute(OpenApiOperation operation, Pattern path) {}

    public OpenApiContract(JsonNode document) {
        this.document = document;
        // A literal segment is chosen before a parameter.
        routes = OpenApiOperation.listAll(document).stream()
                .sorted(Comparator.comparingInt(
                        openApiOperation -> openApiOperation.parameters("path").size()))
                .map(openApiOperation -> new OperationRoute(
                        openApiOperation,
                        Pattern.compile(openApiOperation.path().replaceAll("\\{[^}]*}", "[^/]+"))))
                .toList();
    }

    /** The operation that a request calls. */
    public Optional<OpenApiOperation> findOperation(String method, String path) {
        return routes.stream()
                .filter(operationRoute -> operationRoute.operation().method().equals(method))
                .filter(operationRoute -> operationRoute.path().matcher(path).matches())
                .map(OperationRoute::operation)
                .findFirst();
    }

    /** What of a JSON body that the operation accepted is not as described. */
    public List<String> validateRequest(OpenApiOperation openApiOperation, JsonNode body) {
        JsonNode content = openApiOperation.definition().at("/requestBody/content");
        JsonNode schema = (content.has(JSON) ? content.get(JSON) : content.path("*/*")).path("schema");
        return schema.isMissingNode() ? List.of("no JSON body is described") : validateJson(schema, body);
    }

    /** What of a JSON body that the operation answered is not as described. */
    public List<String> validateResponse(OpenApiOperation openApiOperation, int status, JsonNode body) {
        JsonNode schema = openApiOperation
                .definition()
                .path("responses")
                .path(Integer.toString(status))
                .path("content")
                .path(JSON)
                .path("schema");
        return schema.isMissingNode()
                ? List.of("no JSON answer with status %d is described".formatted(status))
                : validateJson(schema, body);
    }

    /** @param schema of the document; references are into it */
    public List<String> validateJson(JsonNode schema, JsonNode value) {
        List<String> faults = new ArrayList<>(compiled.computeIfAbsent(schema, this::compile).validate(value).stream()
                .map(ValidationMessage::getMessage)
                .toList());
        addUndocumented(schema, value, "$", faults);
        return faults;
    }

    private JsonSchema compile(JsonNode schema) {
        ObjectNode whole = schema.deepCopy();
        whole.set("components", document.path("components"));
        return FACTORY.getSchema(whole);
    }

    private void addUndocumented(JsonNode schema, JsonNode value, String where, List<String> faults) {
        JsonNode known = OpenApiOperation.resolveReference(document, schema);
        if (value.isArray()) {
            for (int index = 0; index < value.size(); index++) {
                addUndocumented(known.path("items"), value.get(index), where + "[" + index + "]", faults);
            }
        }
        JsonNode named = known.path("properties");
        if (!value.isObject() || named.isMissingNode()) {
            return;
        }
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            String place = where + "." + member.getKey();
            if (named.has(member.getKey())) {
                addUndocumented(named.get(member.getKey()), member.getValue(), place, faults);
            } else if (!known.has("additionalProperties")) {
                faults.add(place + ": is not described");
            }
        }
    }
}
