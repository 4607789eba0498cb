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
 * The resources that the chart has, of Kubernetes, the Gateway API and operators, as JSON schemas: every field, its type, which are required and
 * what may be chosen from; anything else is a fault. {@code helm/kubernetes.json} has the structure alone, without prose, of what
 * Kubernetes' API and the CRDs declare, derived from the types generated from these (npm: {@code kubernetes-models} 4.5.1; {@code
 * @kubernetes-models/…}: cloudnative-pg, external-secrets, gateway-api and keda 2.0.0, prometheus-operator 6.0.0, strimzi-kafka-operator
 * 1.0.1). Of an ObjectStore its configuration is; its other fields are by hand. Patterns and the CRDs' rules (CEL) are not in it.
 */
final class KubernetesSchemas {
    /** What the schemas leave open and the chart must not. */
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
        // References are into the whole, so each schema stands in a document that has all definitions.
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

    /** What is wrong with an object's fields: unknown ones, wrong types, missing ones, values that there are not. */
    List<String> violations(Manifest manifest) {
        String type = manifest.json().path("apiVersion").asText() + "/" + manifest.kind();
        JsonSchema schema = schemas.get(type);
        if (schema == null) {
            return List.of(manifest + ": nobody knows " + type);
        }
        List<String> faults = new ArrayList<>();
        schema.validate(manifest.json()).stream()
                .map(ValidationMessage::getMessage)
                .forEach(fault -> faults.add(manifest + ": " + fault));
        for (String needed : REQUIRED_FIELDS.getOrDefault(manifest.kind(), List.of())) {
            JsonNode there = manifest.at(needed);
            if (there.isMissingNode()
                    || there.isNull()
                    || there.isTextual() && there.asText().isEmpty()) {
                faults.add(manifest + ": needs " + needed);
            }
        }
        return faults;
    }
}
