package io.fondaco.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Renders and lints the chart with Helm as a library, without a cluster. */
record Chart(Path directory) {
    static final String RELEASE = "shop";
    static final String NAMESPACE = "trade";
    static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final String KUBERNETES_VERSION = "1.33.0";

    private static final String HOOK = "helm.sh/hook";

    static Chart ofProject() {
        return new Chart(Path.of("helm", "fondaco"));
    }

    /**
     * Copies the chart and renames its hook annotations to {@link Manifests#HOOK}, so that Helm as a library, which
     * leaves hooks out, renders them.
     *
     * @param target cleared first
     */
    Chart withHooksRendered(Path target) {
        try {
            copyTo(target);
            try (Stream<Path> templates = Files.walk(target.resolve("templates"))) {
                for (Path template : templates.filter(Files::isRegularFile).toList()) {
                    Files.writeString(template, Files.readString(template).replace(HOOK, Manifests.HOOK));
                }
            }
            return new Chart(target);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot copy the chart to " + target, e);
        }
    }

    private void copyTo(Path target) throws IOException {
        if (Files.exists(target)) {
            try (Stream<Path> existing = Files.walk(target)) {
                for (Path file : existing.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                Path copy = target.resolve(directory.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }

    /** True if the native Helm library exists for this platform; each platform has its own artifact. */
    static boolean isHelmAvailable() {
        try {
            return Helm.version().call() != null;
        } catch (IllegalStateException | LinkageError _) {
            return false;
        }
    }

    LintResult lint() {
        return new Helm(directory).lint().strict().call();
    }

    Manifests render(Values values) {
        return render(values, KUBERNETES_VERSION);
    }

    /** @throws RuntimeException with Helm's message if it rejects the values */
    Manifests render(Values values, String kubernetes) {
        TemplateCommand command = new Helm(directory)
                .template()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeVersion(kubernetes);
        for (String file : values.files()) {
            command.withValuesFile(directory.resolve(file));
        }
        values.set().forEach(command::set);
        return Manifests.parse(command.call());
    }

    /**
     * Values to render with.
     *
     * @param files values files of the chart
     * @param set values that override the files, as with {@code --set}
     */
    record Values(String name, List<String> files, Map<String, String> set) {
        Values {
            files = List.copyOf(files);
            set = Map.copyOf(set);
        }

        static Values of(String... files) {
            return new Values(files.length == 0 ? "values.yaml" : String.join(" + ", files), List.of(files), Map.of());
        }

        Values with(String key, String value) {
            Map<String, String> merged = new TreeMap<>(set);
            merged.put(key, value);
            return new Values(name + ", " + key + "=" + value, files, merged);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<JsonNode> documents(String yaml) {
        List<JsonNode> documents = new ArrayList<>();
        try (MappingIterator<JsonNode> each = YAML.readerFor(JsonNode.class).readValues(yaml)) {
            each.forEachRemaining(document -> {
                if (document.isObject()) {
                    documents.add(document);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("Helm rendered invalid YAML", e);
        }
        return documents;
    }
}
