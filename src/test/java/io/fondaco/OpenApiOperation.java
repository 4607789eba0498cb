package io.fondaco;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** An operation of the contract ({@code docs/openapi.yaml}), with the input that a client can send to it. */
public record OpenApiOperation(String method, String path, JsonNode definition, JsonNode document) {
    private static final Path CONTRACT = Path.of("docs", "openapi.yaml");
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    /** The operations of the committed contract. */
    public static List<OpenApiOperation> loadCommitted() {
        try {
            return listAll(new ObjectMapper(new YAMLFactory()).readTree(CONTRACT.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + CONTRACT, e);
        }
    }

    static List<OpenApiOperation> listAll(JsonNode document) {
        List<OpenApiOperation> operations = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            path.getValue().properties().stream()
                    .filter(method -> METHODS.contains(method.getKey()))
                    .map(method -> new OpenApiOperation(
                            method.getKey().toUpperCase(Locale.ROOT), path.getKey(), method.getValue(), document))
                    .forEach(operations::add);
        }
        return operations;
    }

    public boolean isAdmin() {
        return path.startsWith("/admin/");
    }

    /** Whether a payment provider calls it; its events may not belong to this shop. */
    public boolean isProviderWebhook() {
        return path.contains("webhooks/{provider}");
    }

    /** Names of its parameters of one kind: path, query, header. */
    public List<String> parameters(String kind) {
        return StreamSupport.stream(definition.path("parameters").spliterator(), false)
                .filter(parameter -> parameter.path("in").asText().equals(kind))
                .map(parameter -> parameter.path("name").asText())
                .toList();
    }

    /** The content type of the request body; empty if there is none. */
    public Optional<String> contentType() {
        return content().map(Map.Entry::getKey).map(type -> type.equals("*/*") ? "application/json" : type);
    }

    public boolean acceptsJson() {
        return contentType().filter("application/json"::equals).isPresent();
    }

    /** The example of the request body, recorded from a real request. */
    public JsonNode example() {
        return content().orElseThrow().getValue().path("examples").findValue("value");
    }

    /** The schema of the request body. */
    public JsonNode schema() {
        return content().orElseThrow().getValue().path("schema");
    }

    /** The schema that a reference points to; of alternatives, the one that is not null. */
    public JsonNode resolveReference(JsonNode schema) {
        return resolveReference(document, schema);
    }

    static JsonNode resolveReference(JsonNode document, JsonNode schema) {
        if (schema.has("$ref")) {
            return resolveReference(
                    document, document.at(schema.get("$ref").asText().substring(1)));
        }
        return Stream.of("anyOf", "oneOf", "allOf")
                .flatMap(alternatives ->
                        StreamSupport.stream(schema.path(alternatives).spliterator(), false))
                .filter(alternative -> !alternative.path("type").asText().equals("null"))
                .findFirst()
                .map(alternative -> resolveReference(document, alternative))
                .orElse(schema);
    }

    private Optional<Map.Entry<String, JsonNode>> content() {
        return definition.at("/requestBody/content").properties().stream().findFirst();
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
