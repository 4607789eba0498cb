package io.fondaco.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Permissions, timeouts, and named files of the GitHub workflows. They run on GitHub only; this test reads them. */
class GitHubWorkflowsTest {
    private static final Path DIRECTORY = Path.of(".github", "workflows");
    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION));
    private static final int MAX_TIMEOUT_MINUTES = 360;

    /** Pinned by major version, or by commit with the version in a comment. */
    private static final Pattern ACTION = Pattern.compile("[\\w-]+/[\\w./-]+@(v\\d+|[0-9a-f]{40})");

    /** The permissions of jobs beyond reading; all other jobs have none. */
    private static final Map<String, Map<String, String>> EXTRA_PERMISSIONS = Map.of(
            "release/image",
                    Map.of("contents", "read", "packages", "write", "id-token", "write", "attestations", "write"),
            "release/chart", Map.of("contents", "read", "packages", "write", "id-token", "write"),
            "release/publish", Map.of("contents", "write"));

    private static final Pattern PATH_IN_COMMAND =
            Pattern.compile("(?<![\\w/$:.-])(?:\\./)?((?:\\.ci|helm|terraform|src|docs)(?:/[\\w.-]+)*|mvnw|pom\\.xml|"
                    + "CHANGELOG\\.md)(?![\\w*])");
    private static final Pattern PROFILE = Pattern.compile("-P(\\w+)");

    private record WorkflowJob(String name, JsonNode json) {
        List<JsonNode> steps() {
            return StreamSupport.stream(json.path("steps").spliterator(), false).toList();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Path> workflows() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.sorted().toList();
        }
    }

    static List<WorkflowJob> jobs() throws IOException {
        List<WorkflowJob> jobs = new ArrayList<>();
        for (Path file : workflows()) {
            String workflow = file.getFileName().toString().replace(".yml", "");
            YAML.readTree(file.toFile())
                    .path("jobs")
                    .properties()
                    .forEach(job -> jobs.add(new WorkflowJob(workflow + "/" + job.getKey(), job.getValue())));
        }
        return jobs;
    }

    @Test
    void expectedWorkflowsExist() throws IOException {
        assertThat(workflows())
                .extracting(file -> file.getFileName().toString())
                .containsExactly("nightly.yml", "release.yml", "verify.yml");
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void workflowHasReadPermissionAndConcurrencyGroup(Path file) throws IOException {
        JsonNode workflow = YAML.readTree(file.toFile());
        assertThat(strings(workflow.path("permissions"))).isEqualTo(Map.of("contents", "read"));
        assertThat(workflow.at("/concurrency/group").asText()).isNotEmpty();
        assertThat(workflow.has("on")).isTrue();
        assertThat(Files.readString(file))
                .as("code of forks would run with our permissions")
                .doesNotContain("pull_request_target");
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void jobHasTimeoutAndMinimalPermissions(WorkflowJob workflowJob) {
        assertThat(workflowJob.json().path("timeout-minutes").asInt()).isBetween(1, MAX_TIMEOUT_MINUTES);
        assertThat(workflowJob.json().path("runs-on").asText()).matches("ubuntu-\\d\\d\\.04");
        assertThat(strings(workflowJob.json().path("permissions")))
                .isEqualTo(EXTRA_PERMISSIONS.getOrDefault(workflowJob.name(), Map.of()));
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void actionsArePinnedAndCheckoutKeepsNoCredentials(WorkflowJob workflowJob) {
        assertThat(workflowJob.steps()).isNotEmpty();
        for (JsonNode step : workflowJob.steps()) {
            if (!step.has("uses")) {
                continue;
            }
            String action = step.path("uses").asText();
            assertThat(action).matches(ACTION);
            if (action.startsWith("actions/checkout@")) {
                assertThat(step.at("/with/persist-credentials").asBoolean(true)).isFalse();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void commandsNameExistingFilesAndProfiles(WorkflowJob workflowJob) throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        for (String command : commands(workflowJob)) {
            Matcher path = PATH_IN_COMMAND.matcher(command);
            while (path.find()) {
                assertThat(Path.of(path.group(1)))
                        .as("in %s: %s", workflowJob, command)
                        .exists();
            }
            Matcher profile = PROFILE.matcher(command);
            while (profile.find()) {
                assertThat(pom).as("in %s: %s", workflowJob, command).contains("<id>" + profile.group(1) + "</id>");
            }
        }
    }

    /**
     * Expressions may contain text from authors of pull requests, which a script would execute; environment variables
     * are safe.
     */
    @ParameterizedTest
    @MethodSource("jobs")
    void commandsContainNoExpressions(WorkflowJob workflowJob) {
        assertThat(commands(workflowJob)).noneMatch(command -> command.contains("${{"));
    }

    @Test
    void releaseIsVerifiedAndSigned() throws IOException {
        String release = Files.readString(DIRECTORY.resolve("release.yml"));
        Map<String, JsonNode> jobs = new TreeMap<>();
        YAML.readTree(release).path("jobs").properties().forEach(job -> jobs.put(job.getKey(), job.getValue()));
        assertThat(jobs.keySet()).containsExactlyInAnyOrder("verify", "image", "chart", "publish");
        assertThat(jobs.get("image").path("needs").toString()).contains("verify");
        assertThat(jobs.get("chart").path("needs").toString()).contains("image");
        assertThat(jobs.get("publish").path("needs").toString()).contains("image", "chart");
        assertThat(release)
                .contains(
                        "provenance: mode=max",
                        "cosign sign --yes \"$IMAGE@",
                        "cosign sign --yes \"$CHARTS/",
                        "--type cyclonedx");
    }

    @Test
    void everyFaultSuiteRunsNightly() throws IOException {
        Matcher all = Pattern.compile("<it.test>(Replica.*)</it.test>").matcher(Files.readString(Path.of("pom.xml")));
        assertThat(all.find()).isTrue();
        List<String> legs = new ArrayList<>();
        YAML.readTree(DIRECTORY.resolve("nightly.yml").toFile())
                .at("/jobs/faults/strategy/matrix/leg")
                .forEach(leg -> legs.addAll(List.of(leg.path("tests").asText().split(","))));
        assertThat(all.group(1).split(",")).allSatisfy(suite -> assertThat(legs)
                .anyMatch(leg -> leg.equals(suite) || leg.matches(suite.replace("*", ".*"))));
    }

    @Test
    void ciRunsTheDocumentedCommand() throws IOException {
        assertThat(Files.readString(Path.of(".ci", "run"))).contains("./mvnw -B verify");
        assertThat(jobs().stream()
                        .filter(workflowJob -> workflowJob.name().equals("verify/verify"))
                        .flatMap(workflowJob -> commands(workflowJob).stream()))
                .last()
                .isEqualTo("bash .ci/run $PREVIOUS");
        assertThat(new ObjectMapper()
                        .readTree(Path.of("renovate.json").toFile())
                        .path("extends")
                        .toString())
                .contains("docker:pinDigests");
    }

    private static List<String> commands(WorkflowJob workflowJob) {
        return workflowJob.steps().stream()
                .filter(step -> step.has("run"))
                .map(step -> step.path("run").asText().strip())
                .toList();
    }

    private static Map<String, String> strings(JsonNode object) {
        Map<String, String> strings = new TreeMap<>();
        object.properties()
                .forEach(entry -> strings.put(entry.getKey(), entry.getValue().asText()));
        return strings;
    }
}
