package io.fondaco;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The OpenAPI document is complete and equals the committed one. */
@QuarkusTest
class OpenApiContractTest {
    private static final Path COMMITTED = Path.of("docs", "openapi.yaml");

    @Test
    void documentEqualsTheCommittedOne() throws IOException {
        String current = given().queryParam("format", "yaml")
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        GoldenFile.verify(COMMITTED, current);
    }

    @Test
    void everyOperationIsFullyDocumented() throws IOException {
        JsonNode document = document();
        assertThat(document.get("openapi").asText()).startsWith("3.1");
        List<String> gaps = new ArrayList<>();
        for (OpenApiOperation openApiOperation : OpenApiOperation.listAll(document)) {
            String name = openApiOperation.toString();
            JsonNode body = openApiOperation.definition();
            for (String needed : List.of("operationId", "summary", "description", "tags", "x-fondaco-route")) {
                if (body.path(needed).isMissingNode()) {
                    gaps.add(name + " has no " + needed);
                }
            }
            if (openApiOperation.path().startsWith("/admin/")
                    && body.path("security").isMissingNode()) {
                gaps.add(name + " does not document its security");
            }
            JsonNode responses = body.path("responses");
            boolean success =
                    responses.properties().stream().anyMatch(r -> r.getKey().startsWith("2"));
            if (!success
                    || responses.path("400").isMissingNode()
                    || responses.path("503").isMissingNode()) {
                gaps.add(name + " does not document its responses");
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

    @Test
    void everyExampleConformsToItsSchema() throws IOException {
        JsonNode document = document();
        OpenApiContract openApiContract = new OpenApiContract(document);
        List<String> differences = new ArrayList<>();
        int checked = 0;
        for (OpenApiOperation openApiOperation : OpenApiOperation.listAll(document)) {
            for (JsonNode content : openApiOperation.definition().findValues("content")) {
                for (Map.Entry<String, JsonNode> media : content.properties()) {
                    JsonNode schema = media.getValue().path("schema");
                    for (JsonNode example : media.getValue().path("examples").findValues("value")) {
                        if (media.getKey().endsWith("json") || media.getKey().equals("*/*")) {
                            checked++;
                            openApiContract
                                    .validateJson(schema, example)
                                    .forEach(difference -> differences.add(openApiOperation + " " + difference));
                        }
                    }
                }
            }
        }
        assertThat(checked).isGreaterThan(90);
        assertThat(differences).isEmpty();
    }

    @Test
    void everySchemaExampleConformsToItsSchema() throws IOException {
        JsonNode document = document();
        OpenApiContract openApiContract = new OpenApiContract(document);
        List<String> differences = new ArrayList<>();
        for (JsonNode schema : document.findParents("examples")) {
            if (schema.get("examples").isArray()) {
                schema.get("examples")
                        .forEach(example -> differences.addAll(openApiContract.validateJson(schema, example)));
            }
        }
        assertThat(differences).isEmpty();
    }

    @Test
    void identifiersAreStrings() throws IOException {
        JsonNode schemas = document().at("/components/schemas");
        List<String> identifiers = new ArrayList<>();
        for (Map.Entry<String, JsonNode> named : schemas.properties()) {
            JsonNode schema = named.getValue();
            assertThat(schema.path("properties").has("value")
                            && schema.path("properties").size() == 1)
                    .as("%s is an object that wraps a value", named.getKey())
                    .isFalse();
            if (named.getKey().endsWith("Id")) {
                identifiers.add(named.getKey());
                assertThat(schema.path("type").asText()).as(named.getKey()).isEqualTo("string");
                assertThat(schema.path("examples").path(0).asText())
                        .as(named.getKey())
                        .matches(schema.path("pattern").asText());
            }
        }
        assertThat(identifiers).contains("CartId", "CartLineId", "ImportId", "OrderId", "ProductId");
        assertThat(schemas.at("/OrderId/pattern").asText()).isEqualTo("^order_[0-7][0-9a-hjkmnp-tv-z]{25}$");
    }

    @Test
    void schemasDeclareRequiredAndNullableMembers() throws IOException {
        JsonNode schemas = document().at("/components/schemas");

        assertThat(required(schemas, "Cart"))
                .contains("id", "lines", "email", "totals")
                .doesNotContain("cart_token");
        assertThat(types(schemas, "Cart", "email")).containsExactly("string", "null");
        assertThat(types(schemas, "Cart", "cart_token")).containsExactly("string");
        assertThat(schemas.at("/Cart/properties/shipping_address/anyOf/1/type").asText())
                .isEqualTo("null");
        assertThat(required(schemas, "CompletedOrder"))
                .contains("id", "order_token")
                .doesNotContain("payment");
        assertThat(required(schemas, "PageOrderSummary")).containsExactly("data", "next_cursor");
        assertThat(required(schemas, "Problem")).contains("code", "trace_id").doesNotContain("errors");
        // Used in requests and responses: a member that a client may omit is null in the response.
        assertThat(required(schemas, "PostalAddress"))
                .containsExactly("name", "line1", "city", "postal_code", "country");
        assertThat(types(schemas, "PostalAddress", "line2")).containsExactly("string", "null");
        assertThat(required(schemas, "CartPatch")).isEmpty();
        assertThat(types(schemas, "CartPatch", "email")).containsExactly("string", "null");
        assertThat(required(schemas, "LineQuantity")).containsExactly("line_id", "quantity");

        List<String> withoutRequired = new ArrayList<>();
        schemas.properties().stream()
                .filter(named -> named.getValue().has("properties"))
                .filter(named -> !named.getValue().has("required"))
                .map(Map.Entry::getKey)
                .forEach(withoutRequired::add);
        assertThat(withoutRequired)
                .as("schemas that require nothing; only requests whose members are all optional may")
                .allMatch(name -> name.endsWith("Request")
                        || name.endsWith("Change")
                        || name.endsWith("Input")
                        || name.endsWith("Patch"));
    }

    @Test
    void documentHasServersAndContact() throws IOException {
        JsonNode document = document();
        assertThat(document.at("/servers/0/url").asText()).isEqualTo("/");
        assertThat(document.at("/info/contact/name").asText()).isNotEmpty();
    }

    @Test
    void undocumentedResponsesAreDetected() throws IOException {
        OpenApiContract openApiContract = new OpenApiContract(document());
        OpenApiOperation openApiOperation = openApiContract
                .findOperation("GET", "/store/v1/carts/cart_1/shipping-methods")
                .orElseThrow();
        ObjectMapper json = new ObjectMapper();
        String good = """
                {"data": [{"code": "a", "name": "A", "price": {"amount": 1, "currency": "EUR"}, "needs_address": true}]}
                """;

        assertThat(openApiContract.validateResponse(openApiOperation, 200, json.readTree(good)))
                .isEmpty();
        assertThat(openApiContract.validateResponse(
                        openApiOperation, 200, json.readTree(good.replace("\"A\"", "null"))))
                .hasSize(1);
        assertThat(openApiContract.validateResponse(
                        openApiOperation, 200, json.readTree(good.replace("\"code\"", "\"kode\""))))
                .hasSize(2);
        assertThat(openApiContract.validateResponse(openApiOperation, 202, json.readTree(good)))
                .hasSize(1);
    }

    /** The filter validates against the committed document, which {@link #documentEqualsTheCommittedOne} checks. */
    @Test
    void requestsOfTestsAreValidated() {
        assertThat(RestAssured.filters()).hasAtLeastOneElementOfType(OpenApiValidationFilter.class);
    }

    private static List<String> required(JsonNode schemas, String name) {
        return texts(schemas.path(name).path("required"));
    }

    private static List<String> types(JsonNode schemas, String name, String property) {
        JsonNode type = schemas.path(name).path("properties").path(property).path("type");
        return type.isTextual() ? List.of(type.asText()) : texts(type);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** A 202 may have no content. */
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
