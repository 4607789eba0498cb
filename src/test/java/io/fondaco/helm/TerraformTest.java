package io.fondaco.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fondaco.InstalledPrograms;
import io.fondaco.helm.Chart.Values;
import io.fondaco.helm.Manifests.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that the Terraform configuration is consistent and that the chart accepts its values. Creates nothing. */
class TerraformTest {
    private static final Path DIRECTORY = Path.of("terraform");
    private static final Path EXAMPLE = DIRECTORY.resolve("examples").resolve("values.yaml.tftpl");
    private static final Path RENDERED_VALUES = Path.of("target", "terraform-values.yaml");
    private static final Pattern BLOCK =
            Pattern.compile("^(resource|data|ephemeral) \"(\\w+)\" \"(\\w+)\"", Pattern.MULTILINE);
    private static final Pattern VARIABLE = Pattern.compile("^variable \"(\\w+)\"", Pattern.MULTILINE);
    private static final Pattern USED_VARIABLE = Pattern.compile("\\bvar\\.(\\w+)");
    private static final Pattern REFERENCE =
            Pattern.compile("(?<![\\w.\"/])(data\\.|ephemeral\\.)?(aws_\\w+)\\.(\\w+)");
    private static final Pattern ARGUMENT = Pattern.compile("^ {4}(\\w+) += ", Pattern.MULTILINE);
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)}");
    private static final Pattern LOOP =
            Pattern.compile("%\\{ for (\\w+) in (\\w+) ~}\\n(.*?)%\\{ endfor ~}\\n", Pattern.DOTALL);
    private static final Map<String, String> TEMPLATE_VALUES = Map.of(
            "name", "fondaco",
            "domain", "shop.example.org",
            "certificate", "arn:aws:acm:eu-central-1:123456789012:certificate/1",
            "network", "10.20.0.0/16",
            "max_connections", "600",
            "primary", "primary.rds.example.org:5432",
            "replicas", "one.rds.example.org:5432,two.rds.example.org:5432");

    @Test
    void everyVariableIsDeclaredDescribedAndUsed() throws IOException {
        String all = sources();
        assertThat(names(VARIABLE, all, 1)).isEqualTo(names(USED_VARIABLE, all, 1));
        String variables = Files.readString(DIRECTORY.resolve("variables.tf"));
        assertThat(variables.split("(?m)^variable ", -1))
                .hasSizeGreaterThan(1)
                .filteredOn(block -> block.startsWith("\""))
                .allMatch(block -> block.contains("description = ") && block.contains("type        = "));
    }

    @Test
    void everyReferenceIsDeclared() throws IOException {
        String all = sources();
        Set<String> declared = BLOCK.matcher(all)
                .results()
                .map(block -> (block.group(1).equals("resource") ? "" : block.group(1) + ".") + block.group(2) + "."
                        + block.group(3))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> used =
                REFERENCE.matcher(all).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
        assertThat(used).isNotEmpty().allSatisfy(one -> assertThat(declared).contains(one));
    }

    @Test
    void chartAcceptsTheValuesOfTheExample() throws IOException {
        String outputs = Files.readString(DIRECTORY.resolve("outputs.tf"));
        String call = outputs.substring(outputs.indexOf("templatefile("));
        assertThat(names(ARGUMENT, call, 1)).isEqualTo(TEMPLATE_VALUES.keySet());
        String template = Files.readString(EXAMPLE);
        String values = renderTemplate(template);
        Set<String> used = names(PLACEHOLDER, template, 1);
        used.remove("replica");
        used.add("replicas");
        assertThat(used).isEqualTo(TEMPLATE_VALUES.keySet());
        assertThat(values).doesNotContain("${", "%{");

        assumeTrue(Chart.isHelmAvailable(), "there is no Helm library for this system");
        Files.createDirectories(RENDERED_VALUES.getParent());
        Files.writeString(RENDERED_VALUES, values);
        Chart chart = Chart.ofProject();
        Manifests manifests = chart.render(Values.of(chart.directory()
                .toAbsolutePath()
                .relativize(RENDERED_VALUES.toAbsolutePath())
                .toString()));
        Manifest browse = manifests.find("Deployment", "shop-fondaco-browse").orElseThrow();
        Map<String, String> environment = new TreeMap<>();
        browse.podSpec()
                .at("/containers/0/env")
                .forEach(variable -> environment.put(
                        variable.path("name").asText(), variable.path("value").asText()));
        assertThat(environment.get("FONDACO_DATABASE_PRIMARY_URL"))
                .startsWith("jdbc:postgresql://primary.rds.example.org:5432/fondaco?sslmode=verify-full");
        assertThat(environment.get("FONDACO_DATABASE_REPLICA_URLS"))
                .contains("//one.rds.example.org:5432/fondaco", "//two.rds.example.org:5432/fondaco");
        assertThat(manifests.ofKind("ExternalSecret").stream()
                        .map(secret -> secret.json().toString())
                        .collect(Collectors.joining()))
                .contains("fondaco/consistency", "fondaco/admission", "fondaco/webhook");
    }

    @Test
    void configurationIsFormatted() throws Exception {
        assumeTrue(InstalledPrograms.isOnPath("terraform"), "terraform is not installed");
        Process terraform = new ProcessBuilder("terraform", "fmt", "-check", "-recursive", "-diff")
                .directory(DIRECTORY.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(terraform.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(terraform.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(terraform.exitValue()).as(output).isZero();
    }

    private static String renderTemplate(String template) {
        String looped = LOOP.matcher(template)
                .replaceAll(loop -> Stream.of(TEMPLATE_VALUES.get(loop.group(2)).split(","))
                        .map(element -> loop.group(3).replace("${" + loop.group(1) + "}", element))
                        .collect(Collectors.joining()));
        return PLACEHOLDER
                .matcher(looped)
                .replaceAll(match -> TEMPLATE_VALUES.getOrDefault(match.group(1), "\\${" + match.group(1) + "}"));
    }

    private static Set<String> names(Pattern pattern, String text, int group) {
        return pattern.matcher(text)
                .results()
                .map(match -> match.group(group))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** All Terraform files, without comments. */
    private static String sources() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".tf"))
                    .sorted()
                    .toList()) {
                all.append(Files.readString(file).replaceAll("(?m)#.*$", "")).append('\n');
            }
        }
        return all.toString();
    }
}
