package io.fondaco;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The OpenAPI document is whole, and it is the one that is committed. */
@QuarkusTest
class ContractTest {
    private static final Path COMMITTED = Path.of("docs", "openapi.yaml");

    @Test
    void theDocumentIsTheCommittedOne() throws IOException {
        String current = given().queryParam("format", "yaml")
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        Committed.hold(COMMITTED, current);
    }

    @Test
    void everyOperationSaysWhatItDoesWhoMayCallItAndHowItFails() throws IOException {
        JsonNode document = document();
        assertThat(document.get("openapi").asText()).startsWith("3.1");
        List<String> gaps = new ArrayList<>();
        for (Operation operation : Operation.all(document)) {
            String name = operation.toString();
            JsonNode body = operation.described();
            for (String needed : List.of("operationId", "summary", "tags", "x-fondaco-route")) {
                if (body.path(needed).isMissingNode()) {
                    gaps.add(name + " has no " + needed);
                }
            }
            if (operation.path().startsWith("/admin/") && body.path("security").isMissingNode()) {
                gaps.add(name + " does not say which key it needs");
            }
            JsonNode responses = body.path("responses");
            boolean success =
                    responses.properties().stream().anyMatch(r -> r.getKey().startsWith("2"));
            if (!success
                    || responses.path("400").isMissingNode()
                    || responses.path("503").isMissingNode()) {
                gaps.add(name + " does not say how it answers");
            }
            responses.properties().stream()
                    .filter(response -> response.getKey().startsWith("2"))
                    .filter(response -> !isEmpty(response.getKey(), response.getValue()))
                    .filter(response -> !hasExample(response.getValue()))
                    .forEach(response -> gaps.add(name + " has no example of its " + response.getKey()));
            if (body.has("requestBody") && !hasExample(body.get("requestBody"))) {
                gaps.add(name + " has no example of its body");
            }
        }
        assertThat(gaps).isEmpty();
    }

    /** The examples are answers that were really given: who generates a client from the schemas must be able to read them. */
    @Test
    void theSchemasNameWhatTheExamplesHold() throws IOException {
        JsonNode document = document();
        List<String> unknown = new ArrayList<>();
        List<String> checked = new ArrayList<>();
        for (JsonNode media : document.get("paths").findValues("application/json")) {
            JsonNode schema = media.path("schema");
            List<JsonNode> examples = media.has("example")
                    ? List.of(media.get("example"))
                    : media.path("examples").findValues("value");
            for (JsonNode example : examples) {
                checked.add(schema.toString());
                compare(document, schema, example, schema.toString(), unknown);
            }
        }
        assertThat(checked).hasSizeGreaterThan(50);
        assertThat(unknown).isEmpty();
    }

    private static void compare(
            JsonNode document, JsonNode schema, JsonNode example, String where, List<String> unknown) {
        JsonNode known = Operation.resolved(document, schema);
        if (example.isArray()) {
            example.forEach(item -> compare(document, known.path("items"), item, where + "[]", unknown));
        }
        JsonNode named = known.path("properties");
        if (!example.isObject() || named.isMissingNode()) {
            return;
        }
        for (Map.Entry<String, JsonNode> field : example.properties()) {
            JsonNode property = named.path(field.getKey());
            if (!property.isMissingNode()) {
                compare(document, property, field.getValue(), where + "." + field.getKey(), unknown);
            } else if (known.path("additionalProperties").isMissingNode()) {
                unknown.add("%s has no %s".formatted(where, field.getKey()));
            }
        }
    }

    /** What was accepted may be all that there is to say. */
    private static boolean isEmpty(String status, JsonNode response) {
        return status.equals("204") || status.equals("202") && !response.has("content");
    }

    private static boolean hasExample(JsonNode container) {
        JsonNode content = container.path("content");
        return !content.isEmpty()
                && content.properties().stream()
                        .anyMatch(media -> media.getValue().has("example")
                                || media.getValue().has("examples"));
    }

    private static JsonNode document() throws IOException {
        return new ObjectMapper()
                .readTree(given().queryParam("format", "json")
                        .get("/q/openapi")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString());
    }
}
