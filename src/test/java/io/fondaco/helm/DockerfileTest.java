package io.fondaco.helm;

import static io.fondaco.helm.Manifests.elements;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.helm.Chart.Values;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks the Dockerfile against the chart and against the promises to those who run the image. Builds nothing. */
class DockerfileTest {
    private static final List<Instruction> INSTRUCTIONS = read(Path.of("Dockerfile"));
    private static final List<Instruction> BUILD_STAGE = INSTRUCTIONS.subList(0, lastFrom());
    private static final List<Instruction> RUNTIME_STAGE = INSTRUCTIONS.subList(lastFrom(), INSTRUCTIONS.size());
    private static final Pattern BASE_IMAGE =
            Pattern.compile("[\\w./-]+:(?<tag>[\\w.-]+)(@sha256:[0-9a-f]{64})?( AS \\w+)?");
    private static final Pattern SECRET = Pattern.compile("(?i)password|secret|token|api.?key|credential");
    private static final Pattern NON_ROOT_USER = Pattern.compile("[1-9]\\d*:[1-9]\\d*");

    /** An instruction, with its continuation lines joined. */
    private record Instruction(String name, String value) {}

    @Test
    void baseImagesHaveATagOtherThanLatest() {
        assertThat(values(INSTRUCTIONS, "FROM")).hasSize(2).allSatisfy(from -> {
            Matcher base = BASE_IMAGE.matcher(from);
            assertThat(base.matches()).as(from).isTrue();
            assertThat(base.group("tag")).isNotEqualTo("latest");
        });
    }

    @Test
    void imageUserEqualsTheUserOfTheChart() {
        assumeTrue(Chart.isHelmAvailable(), "there is no Helm library for this system");
        assertThat(values(RUNTIME_STAGE, "USER")).singleElement().asString().matches(NON_ROOT_USER);
        String[] user = values(RUNTIME_STAGE, "USER").getFirst().split(":");
        assertThat(Chart.ofProject().render(Values.of()).workloads()).allSatisfy(workload -> {
            assertThat(workload.podSpec().at("/securityContext/runAsUser").asText())
                    .isEqualTo(user[0]);
            assertThat(workload.podSpec().at("/securityContext/runAsGroup").asText())
                    .isEqualTo(user[1]);
        });
    }

    @Test
    void runtimeFilesBelongToRoot() {
        assertThat(values(RUNTIME_STAGE, "COPY"))
                .allMatch(copy -> copy.startsWith("--from=build"))
                .allMatch(copy -> !copy.contains("--chown") || copy.contains("--chown=0:0"));
        assertThat(values(RUNTIME_STAGE, "RUN")).isEmpty();
        assertThat(values(RUNTIME_STAGE, "ADD")).isEmpty();
    }

    @Test
    void jvmIsProcessOneAndUsesTheTrainedCache() throws IOException {
        List<String> command = new ObjectMapper()
                .readValue(values(RUNTIME_STAGE, "ENTRYPOINT").getFirst(), new TypeReference<List<String>>() {});
        assertThat(command.getFirst()).isEqualTo("/opt/java/bin/java");
        assertThat(values(RUNTIME_STAGE, "CMD")).isEmpty();
        String jar = command.getLast();
        String trainingCommand = values(BUILD_STAGE, "RUN").stream()
                .filter(run -> run.contains("TrainAotCache.java"))
                .findFirst()
                .orElseThrow();
        // The JVM uses the cache only with the same JVM and the same jar at the same path.
        assertThat(trainingCommand).contains(command.getFirst() + " -jar " + jar);
        assertThat(trainingCommand)
                .as("option that fails the build if the cache does not fit")
                .contains("-XX:AOTMode=on");
        String cache = command.stream()
                .filter(option -> option.startsWith("-XX:AOTCache="))
                .map(option -> option.substring("-XX:AOTCache=".length()))
                .findFirst()
                .orElseThrow();
        assertThat(values(RUNTIME_STAGE, "COPY"))
                .anyMatch(copy -> copy.contains("/trained/" + Path.of(cache).getFileName() + " "
                        + Path.of(cache).getParent() + "/"));
    }

    @Test
    void packagedApplicationIsCopiedInOrderOfChangeFrequency() {
        List<String> copied = values(RUNTIME_STAGE, "COPY");
        List<String> targets = copied.stream()
                .map(copy -> copy.substring(copy.lastIndexOf(' ') + 1))
                .toList();
        assertThat(targets).containsExactly("/opt/java/", "/app/lib/", "/app/", "/app/quarkus/", "/app/app/", "/app/");
        assertThat(copied.get(2)).contains("/app/quarkus-run.jar", "/app/sbom.json");
    }

    @Test
    void exposedPortsEqualThePortsOfTheChart() {
        assumeTrue(Chart.isHelmAvailable(), "there is no Helm library for this system");
        Set<String> chart = new TreeSet<>();
        for (var workload : Chart.ofProject().render(Values.of()).workloads()) {
            workload.containers().forEach(container -> elements(container.path("ports"))
                    .forEach(port -> chart.add(port.path("containerPort").asText())));
        }
        assertThat(new TreeSet<>(
                        List.of(values(RUNTIME_STAGE, "EXPOSE").getFirst().split(" "))))
                .isEqualTo(chart);
    }

    @Test
    void imageContainsNoSecrets() {
        assertThat(Stream.of("ARG", "ENV", "LABEL").flatMap(name -> values(INSTRUCTIONS, name).stream()))
                .isNotEmpty()
                .noneMatch(value -> SECRET.matcher(value).find());
        assertThat(values(INSTRUCTIONS, "COPY"))
                .as("copies of the whole build context")
                .noneMatch(copy -> copy.matches("\\.\\s.*"));
    }

    @Test
    void imageHasItsLabels() {
        assertThat(values(RUNTIME_STAGE, "LABEL").getFirst())
                .contains(
                        "org.opencontainers.image.title=",
                        "org.opencontainers.image.licenses=",
                        "image.version=\"${VERSION}\"",
                        "image.revision=\"${REVISION}\"",
                        "image.created=\"${CREATED}\"");
        assertThat(values(RUNTIME_STAGE, "ARG").stream().map(arg -> arg.substring(0, arg.indexOf('='))))
                .containsExactlyInAnyOrder("VERSION", "REVISION", "CREATED");
        assertThat(values(RUNTIME_STAGE, "ENV")).contains("FONDACO_DATABASE_EMBEDDED=false");
    }

    @Test
    void buildContextContainsExactlyTheCopiedFiles() throws IOException {
        List<String> included = Files.readAllLines(Path.of(".dockerignore")).stream()
                .filter(line -> line.startsWith("!"))
                .map(line -> line.substring(1))
                .toList();
        assertThat(Files.readAllLines(Path.of(".dockerignore"))).startsWith("*");
        assertThat(included).allSatisfy(path -> assertThat(Path.of(path)).exists());
        for (String copy : values(BUILD_STAGE, "COPY")) {
            List<String> words = List.of(copy.split(" "));
            assertThat(words.subList(0, words.size() - 1))
                    .allSatisfy(source -> assertThat(included).contains(source.replaceAll("/$", "")));
        }
    }

    private static List<String> values(List<Instruction> instructions, String name) {
        return instructions.stream()
                .filter(instruction -> instruction.name().equals(name))
                .map(Instruction::value)
                .toList();
    }

    private static int lastFrom() {
        return INSTRUCTIONS.stream().map(Instruction::name).toList().lastIndexOf("FROM");
    }

    private static List<Instruction> read(Path dockerfile) {
        try {
            String text = Files.readString(dockerfile)
                    .replaceAll("(?m)^\\s*#.*\\R", "")
                    .replaceAll("\\\\\\R\\s*", " ");
            List<Instruction> instructions = new ArrayList<>();
            for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
                String[] parts = line.strip().split("\\s+", 2);
                instructions.add(new Instruction(parts[0], parts[1].replaceAll("\\s+", " ")));
            }
            return instructions;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("Cannot read " + dockerfile, e);
        }
    }
}
