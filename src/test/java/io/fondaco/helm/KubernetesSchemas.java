package io.fondaco.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.fondaco.helm.Manifests.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON schemas of the resources that the chart creates: of Kubernetes, the Gateway API and operators. They define every
 * field, its type, the required fields and the allowed values; anything else is a violation.
 * {@code helm/kubernetes.json} has only the structure, without descriptions, of the Kubernetes API and the CRDs. It is
 * derived from generated types (npm: {@code kubernetes-models} 4.5.1; {@code @kubernetes-models/…}: cloudnative-pg,
 * external-secrets, gateway-api and keda 2.0.0, prometheus-operator 6.0.0, strimzi-kafka-operator 1.0.1). Of an
 * ObjectStore only the configuration is generated; its other fields are written by hand. Patterns and the validation
 * rules of the CRDs (CEL) are not included.
 */
final class KubernetesSchemas {
    /** Fields that the schemas leave optional but the chart must set. */
    private static final Map<String, List<String>> REQUIRED_FIELDS = Map.of(
            "Cluster", List.of("/spec/bootstrap", "/spec/storage/size"),
            "ScheduledBackup", List.of("/spec/pluginConfiguration/name"),
            "PodMonitor", List.of("/spec/selector/matchLabels", "/spec/podMetricsEndpoints/0/port"),
            "PrometheusRule", List.of("/spec/groups/0/rules/0/expr"),
            "ScaledObject", List.of("/spec/triggers/0/metadata/query"),
            "ExternalSecret", List.of("/spec/secretStoreRef/name", "/spec/target/name", "/spec/data/0/remoteRef/key"),
            "KafkaTopic", List.of("/spec/partitions", "/metadata/labels/strimzi.io~1cluster"),
            "KafkaUser", List.of("/spec/authentication/type", "/metadata/labels/strimzi.io~1cluster"));

    private final Map<String, JsonSchema> schemas = new HashMap<>();

    KubernetesSchemas() {
        JsonNode whole = read();
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(VersionFlag.V202012);
        // References point into the whole file, so each schema is put into a document with all definitions.
        whole.path("kinds").properties().forEach(kind -> {
            ObjectNode document = kind.getValue().deepCopy();
            document.set("$defs", whole.path("$defs"));
            schemas.put(kind.getKey(), factory.getSchema(document));
        });
    }

    private static JsonNode read() {
        try (InputStream file = KubernetesSchemas.class.getResourceAsStream("/helm/kubernetes.json")) {
            return new ObjectMapper().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The violations of an object: unknown fields, wrong types, missing fields, values that are not allowed. */
    List<String> violations(Manifest manifest) {
        String type = manifest.json().path("apiVersion").asText() + "/" + manifest.kind();
        JsonSchema schema = schemas.get(type);
        if (schema == null) {
            return List.of(manifest + ": no schema for " + type);
        }
        List<String> violations = new ArrayList<>();
        schema.validate(manifest.json()).stream()
                .map(ValidationMessage::getMessage)
                .forEach(message -> violations.add(manifest + ": " + message));
        for (String required : REQUIRED_FIELDS.getOrDefault(manifest.kind(), List.of())) {
            JsonNode value = manifest.at(required);
            if (value.isMissingNode()
                    || value.isNull()
                    || value.isTextual() && value.asText().isEmpty()) {
                violations.add(manifest + ": requires " + required);
            }
        }
        return violations;
    }
}
