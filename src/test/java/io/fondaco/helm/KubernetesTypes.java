package io.fondaco.helm;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fondaco.helm.Manifests.Manifest;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What Kubernetes, and the operators whose resources the chart has, know of fields. */
final class KubernetesTypes {
    private static final String MODEL = "io.fabric8.kubernetes.api.model";
    private static final String PRESERVED = "getAdditionalProperties";

    /** Operators' resources, by hand: what must be there, and what may be directly below spec. */
    private static final Map<String, Fields> BY_HAND = Map.of(
            "postgresql.cnpg.io/v1/Cluster",
            new Fields(
                    List.of("/spec/instances", "/spec/storage/size", "/spec/bootstrap"),
                    Set.of(
                            "affinity",
                            "bootstrap",
                            "enablePDB",
                            "externalClusters",
                            "imageName",
                            "instances",
                            "logLevel",
                            "managed",
                            "plugins",
                            "postgresql",
                            "primaryUpdateMethod",
                            "primaryUpdateStrategy",
                            "priorityClassName",
                            "resources",
                            "storage",
                            "walStorage")),
            "postgresql.cnpg.io/v1/ScheduledBackup",
            new Fields(
                    List.of("/spec/schedule", "/spec/cluster/name", "/spec/pluginConfiguration/name"),
                    Set.of(
                            "backupOwnerReference",
                            "cluster",
                            "immediate",
                            "method",
                            "pluginConfiguration",
                            "schedule",
                            "target")),
            "barmancloud.cnpg.io/v1/ObjectStore",
            new Fields(List.of("/spec/configuration/destinationPath"), Set.of("configuration", "retentionPolicy")),
            "monitoring.coreos.com/v1/PodMonitor",
            new Fields(
                    List.of("/spec/selector/matchLabels", "/spec/podMetricsEndpoints/0/port"),
                    Set.of("jobLabel", "selector", "podTargetLabels", "podMetricsEndpoints")),
            "monitoring.coreos.com/v1/PrometheusRule",
            new Fields(List.of("/spec/groups/0/name", "/spec/groups/0/rules/0/expr"), Set.of("groups")),
            "keda.sh/v1alpha1/ScaledObject",
            new Fields(
                    List.of("/spec/scaleTargetRef/name", "/spec/triggers/0/type", "/spec/triggers/0/metadata/query"),
                    Set.of(
                            "scaleTargetRef",
                            "minReplicaCount",
                            "maxReplicaCount",
                            "pollingInterval",
                            "fallback",
                            "advanced",
                            "triggers")),
            "external-secrets.io/v1/ExternalSecret",
            new Fields(
                    List.of("/spec/secretStoreRef/name", "/spec/target/name", "/spec/data/0/remoteRef/key"),
                    Set.of("refreshInterval", "secretStoreRef", "target", "data")),
            "kafka.strimzi.io/v1/KafkaTopic",
            new Fields(
                    List.of("/spec/partitions", "/metadata/labels/strimzi.io~1cluster"),
                    Set.of("topicName", "partitions", "replicas", "config")),
            "kafka.strimzi.io/v1/KafkaUser",
            new Fields(
                    List.of("/spec/authentication/type", "/metadata/labels/strimzi.io~1cluster"),
                    Set.of("authentication", "authorization")));

    private final KubernetesSerialization kubernetes = new KubernetesSerialization();

    private record Fields(List<String> needed, Set<String> known) {}

    /** What is wrong with an object's fields: unknown ones, wrong types, missing ones. */
    List<String> faults(Manifest manifest) {
        Object typed;
        try {
            typed = kubernetes.convertValue(manifest.json(), kind(manifest));
        } catch (IllegalArgumentException e) {
            return List.of(manifest + ": " + e.getMessage().lines().findFirst().orElse(""));
        }
        List<String> faults = new ArrayList<>();
        if (typed instanceof GenericKubernetesResource) {
            byHand(manifest, faults);
        } else {
            unknown(typed, manifest.toString(), faults);
        }
        return faults;
    }

    private Class<?> kind(Manifest manifest) {
        Object example = kubernetes.unmarshal("{\"apiVersion\": \"%s\", \"kind\": \"%s\"}"
                .formatted(manifest.json().path("apiVersion").asText(), manifest.kind()));
        return example.getClass();
    }

    private static void byHand(Manifest manifest, List<String> faults) {
        String type = manifest.json().path("apiVersion").asText() + "/" + manifest.kind();
        Fields fields = BY_HAND.get(type);
        if (fields == null) {
            faults.add(manifest + ": nobody knows " + type);
            return;
        }
        for (String needed : fields.needed()) {
            JsonNode there = manifest.at(needed);
            if (there.isMissingNode()
                    || there.isNull()
                    || there.isTextual() && there.asText().isEmpty()) {
                faults.add(manifest + ": needs " + needed);
            }
        }
        manifest.at("/spec").fieldNames().forEachRemaining(field -> {
            if (!fields.known().contains(field)) {
                faults.add(manifest + ": unknown field /spec/" + field);
            }
        });
    }

    /** The model keeps what it does not know apart. */
    private static void unknown(Object value, String path, List<String> faults) {
        switch (value) {
            case Collection<?> many ->
                many.forEach(one -> {
                    if (one != null) {
                        unknown(one, path + "[]", faults);
                    }
                });
            case Map<?, ?> many ->
                many.forEach((key, one) -> {
                    if (one != null) {
                        unknown(one, path + "/" + key, faults);
                    }
                });
            default -> {
                if (value.getClass().getName().startsWith(MODEL)) {
                    fields(value, path, faults);
                }
            }
        }
    }

    private static void fields(Object value, String path, List<String> faults) {
        for (Method method : value.getClass().getMethods()) {
            if (!method.getName().startsWith("get") || method.getParameterCount() > 0) {
                continue;
            }
            Object field;
            try {
                field = method.invoke(value);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("Cannot read " + method, e);
            }
            if (method.getName().equals(PRESERVED)) {
                Map<?, ?> kept = field == null ? Map.of() : (Map<?, ?>) field;
                kept.keySet().forEach(key -> faults.add(path + ": unknown field " + key));
            } else if (field != null) {
                unknown(field, path + "/" + method.getName().substring("get".length()), faults);
            }
        }
    }
}
