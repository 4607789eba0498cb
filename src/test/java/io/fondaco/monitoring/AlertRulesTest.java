package io.fondaco.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fondaco.GoldenFile;
import io.fondaco.InstalledPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Checks that alerts, their tests, runbooks and dashboards fit together and use only metrics that the application
 * publishes. It only reads files, and runs promtool if it is installed. See {@code docs/monitoring.md}.
 */
class AlertRulesTest {
    private static final Path RULES = Path.of("helm", "fondaco", "rules");
    private static final Path DASHBOARDS = Path.of("helm", "fondaco", "dashboards");
    private static final Path RUNBOOKS = Path.of("docs", "runbooks");
    private static final Path HANDBOOK = Path.of("docs", "monitoring.md");
    private static final String RUNBOOK_BASE = "https://github.com/fondaco/fondaco/blob/main/docs/runbooks/";
    private static final Set<String> SEVERITIES = Set.of("page", "ticket", "info");

    /**
     * Prefixes of metrics that others publish: Prometheus, kube-state-metrics, and the meters of Micrometer, Quarkus
     * and Vert.x.
     */
    private static final List<String> PLATFORM = List.of(
            "up", "kube_pod_status_ready", "disk_", "http_server_", "jvm_", "netty_", "process_", "worker_pool_");

    private static final String LIST_BEGINS = "<!-- The alerts, written by AlertRulesTest -->\n";
    private static final String LIST_ENDS = "<!-- end -->\n";
    private static final int TOOL_MINUTES = 5;

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final ObjectMapper JSON = new ObjectMapper();

    private record PrometheusRule(Path file, JsonNode rule) {
        String alertName() {
            return rule.path("alert").asText();
        }

        boolean isAlert() {
            return rule.has("alert");
        }

        String severity() {
            return rule.path("labels").path("severity").asText();
        }

        String annotation(String name) {
            return rule.path("annotations").path(name).asText();
        }

        /** Path below {@code docs/runbooks}, with the anchor if there is one. */
        String runbook() {
            return annotation("runbook_url").substring(RUNBOOK_BASE.length());
        }

        Path runbookFile() {
            return RUNBOOKS.resolve(runbook().replaceFirst("#.*", ""));
        }
    }

    private record AlertExpectation(String alert, boolean fires) {}

    @Test
    void everyAlertHasSeveritySummaryDescriptionAndRunbook() throws IOException {
        assertThat(alerts()).isNotEmpty().allSatisfy(alert -> {
            assertThat(alert.alertName()).matches("Fondaco[A-Z][A-Za-z]+");
            assertThat(SEVERITIES).as(alert.alertName()).contains(alert.severity());
            assertThat(alert.annotation("summary")).as(alert.alertName()).isNotBlank();
            assertThat(alert.annotation("description")).as(alert.alertName()).isNotBlank();
            assertThat(alert.annotation("runbook_url")).as(alert.alertName()).startsWith(RUNBOOK_BASE);
        });
        assertThat(alerts()).extracting(PrometheusRule::alertName).doesNotHaveDuplicates();
    }

    @Test
    void everyAlertHasARunbookThatNamesIt() throws IOException {
        assertThat(alerts()).allSatisfy(alert -> {
            assertThat(alert.runbookFile()).as(alert.alertName()).isRegularFile();
            String text = Files.readString(alert.runbookFile());
            assertThat(text).contains("%s (%s".formatted(alert.alertName(), alert.severity()));
            if (alert.runbook().contains("#")) {
                assertThat(anchors(text))
                        .as(alert.alertName())
                        .contains(alert.runbook().replaceFirst(".*#", ""));
            }
        });
    }

    @Test
    void everyRunbookBelongsToAnAlertAndItsLinksWork() throws IOException {
        Set<Path> used = alerts().stream().map(PrometheusRule::runbookFile).collect(Collectors.toSet());
        assertThat(files(RUNBOOKS, ".md")).isNotEmpty().allSatisfy(runbook -> {
            assertThat(used).contains(runbook);
            assertThat(links(Files.readString(runbook)))
                    .as(runbook.toString())
                    .allSatisfy(link -> assertThat(RUNBOOKS.resolve(link)).exists());
        });
    }

    @Test
    void everyAlertHasATestThatFiresAndOneThatDoesNot() throws IOException {
        List<AlertExpectation> expected = expectations();
        assertThat(alerts()).allSatisfy(alert -> assertThat(expected)
                .contains(
                        new AlertExpectation(alert.alertName(), true), new AlertExpectation(alert.alertName(), false)));
    }

    /** An alert that does not exist never fires: a test with a misspelt name would pass. */
    @Test
    void testsNameOnlyExistingAlerts() throws IOException {
        Set<String> known = alerts().stream().map(PrometheusRule::alertName).collect(Collectors.toSet());
        assertThat(expectations()).extracting(AlertExpectation::alert).isSubsetOf(known);
    }

    @Test
    void everyReferencedMetricIsPublished() throws IOException {
        Set<String> unknown = new TreeSet<>(referencedMetrics());
        unknown.removeAll(recordedMetrics());
        unknown.removeAll(PublishedMetrics.scan().names());
        unknown.removeIf(metric -> PLATFORM.stream().anyMatch(metric::startsWith));
        assertThat(unknown).isEmpty();
    }

    @Test
    void dashboardsUseTheSelectedDataSource() throws IOException {
        assertThat(files(DASHBOARDS, ".json")).isNotEmpty().allSatisfy(file -> {
            JsonNode dashboard = JSON.readTree(file.toFile());
            assertThat(dashboard.path("uid").asText()).isEqualTo("fondaco-" + nameOf(file));
            assertThat(dashboard.path("templating").path("list").findValuesAsText("type"))
                    .contains("datasource");
            assertThat(dashboard.path("panels"))
                    .as(file.toString())
                    .isNotEmpty()
                    .allSatisfy(panel -> {
                        assertThat(panel.path("datasource").path("uid").asText())
                                .isEqualTo("${datasource}");
                        assertThat(panel.path("title").asText()).isNotBlank();
                    });
        });
    }

    @Test
    void handbookListsAllAlerts() throws IOException {
        GoldenFile.verify(HANDBOOK, LIST_BEGINS, LIST_ENDS, alertTable());
    }

    @Test
    void promtoolAcceptsTheRulesAndTheirTestsPass() throws IOException, InterruptedException {
        assumeThat(InstalledPrograms.isOnPath("promtool"))
                .as("promtool is not installed (it is part of Prometheus): the tests of the rules do not run")
                .isTrue();
        assertThat(promtool("check", files(RULES, ".yaml"))).contains("SUCCESS").doesNotContain("FAILED");
        assertThat(promtool("test", files(RULES.resolve("tests"), ".yaml")))
                .contains("SUCCESS")
                .doesNotContain("FAILED");
    }

    private static String alertTable() throws IOException {
        StringBuilder table = new StringBuilder("| alert | severity | |\n|---|---|---|\n");
        for (PrometheusRule alert : alerts()) {
            String heading =
                    Files.readString(alert.runbookFile()).lines().findFirst().orElseThrow();
            table.append("| `%s` | %s | [%s](runbooks/%s) |\n"
                    .formatted(alert.alertName(), alert.severity(), heading.replaceFirst("# ", ""), alert.runbook()));
        }
        return table.toString();
    }

    private static List<PrometheusRule> alerts() throws IOException {
        return rules().stream().filter(PrometheusRule::isAlert).toList();
    }

    private static List<PrometheusRule> rules() throws IOException {
        List<PrometheusRule> rules = new ArrayList<>();
        for (Path file : files(RULES, ".yaml")) {
            for (JsonNode group : YAML.readTree(file.toFile()).path("groups")) {
                group.path("rules").forEach(rule -> rules.add(new PrometheusRule(file, rule)));
            }
        }
        return rules;
    }

    private static List<AlertExpectation> expectations() throws IOException {
        List<AlertExpectation> expectations = new ArrayList<>();
        for (Path file : files(RULES.resolve("tests"), ".yaml")) {
            for (JsonNode test : YAML.readTree(file.toFile()).path("tests")) {
                for (JsonNode alertTest : test.path("alert_rule_test")) {
                    expectations.add(new AlertExpectation(
                            alertTest.path("alertname").asText(),
                            !alertTest.path("exp_alerts").isEmpty()));
                }
            }
        }
        return expectations;
    }

    private static Set<String> recordedMetrics() throws IOException {
        return rules().stream()
                .map(prometheusRule -> prometheusRule.rule().path("record").asText())
                .collect(Collectors.toSet());
    }

    /** The metrics that rules and dashboards use. */
    private static Set<String> referencedMetrics() throws IOException {
        Set<String> used = new TreeSet<>();
        for (PrometheusRule prometheusRule : rules()) {
            used.addAll(metricsIn(prometheusRule.rule().path("expr").asText()));
        }
        for (Path file : files(DASHBOARDS, ".json")) {
            JSON.readTree(file.toFile())
                    .findValuesAsText("expr")
                    .forEach(expression -> used.addAll(metricsIn(expression)));
        }
        return used;
    }

    /** The metrics in an expression: what remains without strings, labels, durations, functions and keywords. */
    private static Set<String> metricsIn(String expression) {
        String identifiers = expression
                .replaceAll("\"(?:[^\"\\\\]|\\\\.)*\"", "")
                .replaceAll("\\{[^}]*}", "")
                .replaceAll("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)", "")
                .replaceAll("\\[[^]]*]", "");
        Set<String> words = Set.of("and", "or", "unless", "offset", "bool");
        return Pattern.compile("(?<![\\w.:])[a-zA-Z_:][\\w:]*(?![\\w:]|\\s*\\()")
                .matcher(identifiers)
                .results()
                .map(result -> result.group())
                .filter(name -> !words.contains(name))
                .collect(Collectors.toSet());
    }

    private static Set<String> anchors(String markdown) {
        return markdown.lines()
                .filter(line -> line.startsWith("#"))
                .map(line ->
                        line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT).replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static List<String> links(String markdown) {
        return Pattern.compile("]\\(([^)#]+)[^)]*\\)")
                .matcher(markdown)
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    private static String nameOf(Path file) {
        return file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
    }

    private static List<Path> files(Path folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private static String promtool(String verb, List<Path> files) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("promtool", verb, "rules"));
        files.forEach(file -> command.add(file.toString()));
        Path output = Files.createTempFile("promtool", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(TOOL_MINUTES, TimeUnit.MINUTES);
            if (!ended) {
                process.destroyForcibly();
            }
            String toolOutput = Files.readString(output);
            assertThat(ended).as(toolOutput).isTrue();
            assertThat(process.exitValue()).as(toolOutput).isZero();
            return toolOutput;
        } finally {
            Files.delete(output);
        }
    }
}
