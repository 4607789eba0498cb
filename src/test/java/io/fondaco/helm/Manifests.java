package io.fondaco.helm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The manifests that Helm rendered. */
record Manifests(List<Manifest> all) {
    /** The name to which {@link Chart#withHooksRendered} renames Helm's hook annotation. */
    static final String HOOK = "shown.sh/hook";

    Manifests {
        all = List.copyOf(all);
    }

    static Manifests parse(String yaml) {
        return new Manifests(Chart.documents(yaml).stream().map(Manifest::new).toList());
    }

    List<Manifest> ofKind(String kind) {
        return all.stream().filter(manifest -> manifest.kind().equals(kind)).toList();
    }

    Optional<Manifest> find(String kind, String name) {
        return ofKind(kind).stream()
                .filter(manifest -> manifest.name().equals(name))
                .findAny();
    }

    /** Pods, and objects that create pods. */
    List<Manifest> workloads() {
        return all.stream()
                .filter(manifest -> !manifest.podSpec().isMissingNode())
                .toList();
    }

    /** A Kubernetes object. */
    record Manifest(JsonNode json) {
        String kind() {
            return json.path("kind").asText();
        }

        String name() {
            return json.at("/metadata/name").asText();
        }

        JsonNode at(String pointer) {
            return json.at(pointer);
        }

        Optional<String> annotation(String key) {
            return Optional.ofNullable(json.at("/metadata/annotations").get(key))
                    .map(JsonNode::asText);
        }

        boolean isHook() {
            return annotation(HOOK).isPresent();
        }

        boolean isDeployment() {
            return kind().equals("Deployment");
        }

        /** The spec of its pods; a missing node if it creates none. */
        JsonNode podSpec() {
            return switch (kind()) {
                case "Deployment", "Job" -> json.at("/spec/template/spec");
                case "Pod" -> json.at("/spec");
                default -> json.at("/none");
            };
        }

        Map<String, String> podLabels() {
            return toStringMap(json.at(kind().equals("Pod") ? "/metadata/labels" : "/spec/template/metadata/labels"));
        }

        /** Init containers included. */
        List<JsonNode> containers() {
            return Stream.of("initContainers", "containers")
                    .flatMap(key -> elements(podSpec().path(key)))
                    .toList();
        }

        @Override
        public String toString() {
            return kind() + " " + name();
        }
    }

    static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    static Map<String, String> toStringMap(JsonNode object) {
        Map<String, String> strings = new TreeMap<>();
        object.properties()
                .forEach(entry -> strings.put(entry.getKey(), entry.getValue().asText()));
        return strings;
    }
}
