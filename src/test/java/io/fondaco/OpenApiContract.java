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
 * Validates JSON against an OpenAPI 3.1 document, whose schemas are JSON Schema 2020-12: whether it conforms, and has
 * no undocumented member.
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
        // A literal segment is preferred to a parameter.
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

    /** Differences between an accepted JSON body and the document. */
    public List<String> validateRequest(OpenApiOperation openApiOperation, JsonNode body) {
        JsonNode content = openApiOperation.definition().at("/requestBody/content");
        JsonNode schema = (content.has(JSON) ? content.get(JSON) : content.path("*/*")).path("schema");
        return schema.isMissingNode() ? List.of("no JSON body is documented") : validateJson(schema, body);
    }

    /** Differences between a JSON response body and the document. */
    public List<String> validateResponse(OpenApiOperation openApiOperation, int status, JsonNode body) {
        JsonNode schema = openApiOperation
                .definition()
                .path("responses")
                .path(Integer.toString(status))
                .path("content")
                .path(JSON)
                .path("schema");
        return schema.isMissingNode()
                ? List.of("no JSON response with status %d is documented".formatted(status))
                : validateJson(schema, body);
    }

    /** @param schema a schema of the document; its references point into the document */
    public List<String> validateJson(JsonNode schema, JsonNode value) {
        List<String> differences =
                new ArrayList<>(compiled.computeIfAbsent(schema, this::compile).validate(value).stream()
                        .map(ValidationMessage::getMessage)
                        .toList());
        addUndocumented(schema, value, "$", differences);
        return differences;
    }

    private JsonSchema compile(JsonNode schema) {
        ObjectNode root = schema.deepCopy();
        root.set("components", document.path("components"));
        return FACTORY.getSchema(root);
    }

    private void addUndocumented(JsonNode schema, JsonNode value, String path, List<String> differences) {
        JsonNode resolved = OpenApiOperation.resolveReference(document, schema);
        if (value.isArray()) {
            for (int index = 0; index < value.size(); index++) {
                addUndocumented(resolved.path("items"), value.get(index), path + "[" + index + "]", differences);
            }
        }
        JsonNode documented = resolved.path("properties");
        if (!value.isObject() || documented.isMissingNode()) {
            return;
        }
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            String memberPath = path + "." + member.getKey();
            if (documented.has(member.getKey())) {
                addUndocumented(documented.get(member.getKey()), member.getValue(), memberPath, differences);
            } else if (!resolved.has("additionalProperties")) {
                differences.add(memberPath + ": is not documented");
            }
        }
    }
}
