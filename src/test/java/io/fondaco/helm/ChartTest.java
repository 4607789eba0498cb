package io.fondaco.helm;

import static io.fondaco.helm.Manifests.elements;
import static io.fondaco.helm.Manifests.toStringMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.LintResult;
import io.fondaco.SourceFiles;
import io.fondaco.helm.Chart.Values;
import io.fondaco.helm.Manifests.Manifest;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** For a matrix of values, the rendered chart is secure, complete and consistent with the application. */
class ChartTest {
    private static final Chart CHART = Chart.ofProject().withHooksRendered(Path.of("target", "chart-with-hooks-shown"));
    private static final Values DEFAULTS = Values.of();
    private static final Values SMALL = Values.of("values-small.yaml");
    private static final Values PRODUCTION = Values.of("values-production.yaml");
    private static final Values EXTERNAL = Values.of("ci/external-values.yaml");
    private static final Values EXTERNAL_SECRETS = Values.of("ci/external-secrets-values.yaml");
    private static final Values RECOVERY = Values.of("ci/strimzi-recovery-values.yaml");
    private static final Values BARE = Values.of("ci/bare-values.yaml");

    private static final KnownSettings SETTINGS = KnownSettings.scan();
    private static final KubernetesSchemas SCHEMAS = new KubernetesSchemas();
    private static final Pattern SECRET_NAME = Pattern.compile("PASSWORD|SECRET|API_KEY|BOOTSTRAP_KEY|JAAS|TOKEN");
    private static final int MAX_NAME_LENGTH = 63;

    private static final Pattern PATH = Pattern.compile("^@Path\\((?:\"([^\"]+)\"|\\w+\\.PATH)\\)", Pattern.MULTILINE);
    private static final Pattern NAMED_PATH = Pattern.compile("String PATH = \"([^\"]+)\"");
    private static final Pattern ROLE_PATH = Pattern.compile("new RolePath\\(PodRole\\.(\\w+), PATH\\)");

    @BeforeAll
    static void assumeHelmAvailable() {
        assumeTrue(
                Chart.isHelmAvailable(), "there is no Helm library for this system, so the chart is not tested here");
    }

    static Stream<Values> matrix() {
        return Stream.of(
                DEFAULTS,
                SMALL,
                PRODUCTION,
                EXTERNAL,
                EXTERNAL_SECRETS,
                RECOVERY,
                BARE,
                SMALL.with("database.cnpg.instances", "1"),
                SMALL.with("networkPolicy.enabled", "false"),
                SMALL.with("cache.cluster.enabled", "false"),
                SMALL.with("migration.mode", "none"),
                SMALL.with("migration.waitForDatabase", "false"),
                SMALL.with("ingress.store.enabled", "true").with("ingress.admin.enabled", "true"),
                SMALL.with("roles.all.keda.enabled", "true").with("roles.all.keda.maxReplicas", "3"),
                PRODUCTION.with("roles.admin.enabled", "false"),
                PRODUCTION.with("migration.mode", "job"),
                PRODUCTION.with("database.cnpg.backup.enabled", "false"),
                RECOVERY.with("database.cnpg.backup.enabled", "false"),
                RECOVERY.with("migration.mode", "pod"),
                RECOVERY.with("kafka.securityProtocol", "SSL"),
                EXTERNAL.with("migration.mode", "pod"),
                EXTERNAL_SECRETS.with("externalSecrets.apiVersion", "external-secrets.io/v1beta1"),
                RECOVERY.with("kafka.strimzi.apiVersion", "kafka.strimzi.io/v1beta2"));
    }

    static Stream<Values> split() {
        return Stream.of(PRODUCTION, EXTERNAL);
    }

    @Test
    void chartPassesStrictLint() {
        LintResult result = Chart.ofProject().lint();
        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
        assertThat(result.getMessages()).noneMatch(message -> message.startsWith("[WARNING]"));
    }

    @Test
    void chartInstallsTheVersionOfThePom() throws IOException {
        JsonNode chart =
                Chart.YAML.readTree(CHART.directory().resolve("Chart.yaml").toFile());
        Matcher version = Pattern.compile("<artifactId>fondaco</artifactId>\\s*<version>(.+?)</version>")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();
        assertThat(chart.path("appVersion").asText()).isEqualTo(version.group(1));
        assertThat(CHART.render(DEFAULTS).workloads().stream()
                        .flatMap(workload -> workload.containers().stream())
                        .map(container -> container.path("image").asText()))
                .containsOnly("fondaco:" + version.group(1));
        assertThat(CHART.render(EXTERNAL).workloads().stream()
                        .flatMap(workload -> workload.containers().stream())
                        .map(container -> container.path("image").asText()))
                .allMatch(image -> image.matches("fondaco@sha256:[0-9a-f]{64}"));
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void everyObjectHasANamespaceAndOnlyKnownFields(Values values) {
        Manifests manifests = CHART.render(values);
        assertThat(manifests.all()).isNotEmpty().allSatisfy(manifest -> {
            assertThat(manifest.name())
                    .matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
                    .hasSizeLessThanOrEqualTo(MAX_NAME_LENGTH);
            assertThat(manifest.at("/metadata/namespace").asText()).isEqualTo(Chart.NAMESPACE);
            assertThat(toStringMap(manifest.at("/metadata/labels")))
                    .containsEntry("app.kubernetes.io/instance", Chart.RELEASE)
                    .containsEntry("app.kubernetes.io/managed-by", "Helm")
                    .containsKeys("app.kubernetes.io/name", "app.kubernetes.io/version", "helm.sh/chart");
        });
        assertThat(manifests.all().stream().map(Manifest::toString)).doesNotHaveDuplicates();
        assertThat(manifests.all().stream().flatMap(manifest -> SCHEMAS.violations(manifest).stream()))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void everyPodIsRestricted(Values values) {
        assertThat(CHART.render(values).workloads()).allSatisfy(workload -> {
            JsonNode pod = workload.podSpec();
            assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
            assertThat(pod.at("/securityContext/runAsUser").asInt()).isEqualTo(10001);
            assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
            assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
            // Services named fondaco or kafka would otherwise set environment variables that look like settings.
            assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
            assertThat(pod.has("hostNetwork") || pod.has("hostPID") || pod.has("hostIPC"))
                    .isFalse();
            assertThat(elements(pod.path("volumes"))).noneMatch(volume -> volume.has("hostPath"));
            assertThat(workload.containers()).isNotEmpty().allSatisfy(container -> {
                JsonNode context = container.path("securityContext");
                assertThat(context.path("allowPrivilegeEscalation").asBoolean(true))
                        .isFalse();
                assertThat(context.path("readOnlyRootFilesystem").asBoolean()).isTrue();
                assertThat(context.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
                assertThat(context.at("/capabilities/add").isMissingNode()).isTrue();
                assertThat(context.path("privileged").asBoolean()).isFalse();
            });
        });
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void everyContainerDeclaresItsResources(Values values) {
        assertThat(CHART.render(values).workloads())
                .allSatisfy(workload -> assertThat(workload.containers()).allSatisfy(container -> {
                    JsonNode resources = container.path("resources");
                    assertThat(resources.at("/requests/cpu").asText()).isNotEmpty();
                    assertThat(resources.at("/requests/memory").asText())
                            .isNotEmpty()
                            .isEqualTo(resources.at("/limits/memory").asText());
                    assertThat(resources.at("/limits/cpu").isMissingNode())
                            .as("the container has no CPU limit")
                            .isTrue();
                }));
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void deploymentsAreProbedAndReplacedWithoutDowntime(Values values) {
        assertThat(deployments(CHART.render(values))).isNotEmpty().allSatisfy(deployment -> {
            JsonNode container = deployment.podSpec().at("/containers/0");
            Map.of(
                            "startupProbe",
                            "/q/health/started",
                            "livenessProbe",
                            "/q/health/live",
                            "readinessProbe",
                            "/q/health/ready")
                    .forEach((probe, path) -> {
                        assertThat(container.path(probe).at("/httpGet/path").asText())
                                .isEqualTo(path);
                        assertThat(container.path(probe).at("/httpGet/port").asText())
                                .isEqualTo("http");
                    });
            assertThat(deployment
                            .at("/spec/strategy/rollingUpdate/maxUnavailable")
                            .asInt(-1))
                    .isZero();
            assertThat(deployment.at("/spec/strategy/rollingUpdate/maxSurge").asInt())
                    .isEqualTo(1);
            assertThat(deployment.at("/spec/revisionHistoryLimit").asInt()).isPositive();
            int drain = Stream.of("QUARKUS_SHUTDOWN_DELAY", "QUARKUS_SHUTDOWN_TIMEOUT")
                    .mapToInt(name -> Integer.parseInt(
                            environmentVariables(container).get(name).replace("s", "")))
                    .sum();
            int sleep = container.at("/lifecycle/preStop/sleep/seconds").asInt();
            assertThat(deployment
                            .podSpec()
                            .path("terminationGracePeriodSeconds")
                            .asInt())
                    .isGreaterThan(drain + sleep);
            assertThat(elements(container.path("volumeMounts"))
                            .anyMatch(mount -> mount.path("mountPath").asText().equals("/tmp")))
                    .isTrue();
        });
    }

    @Test
    void preStopHookFitsTheKubernetesVersion() {
        assertThat(deployments(CHART.render(DEFAULTS, "1.30.0"))
                        .getFirst()
                        .podSpec()
                        .at("/containers/0/lifecycle/preStop"))
                .hasToString("{\"sleep\":{\"seconds\":5}}");
        assertThat(deployments(CHART.render(DEFAULTS, "1.29.4"))
                        .getFirst()
                        .podSpec()
                        .at("/containers/0/lifecycle/preStop"))
                .hasToString("{\"exec\":{\"command\":[\"sleep\",\"5\"]}}");
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void manifestsContainNoSecrets(Values values) {
        Manifests manifests = CHART.render(values);
        assertThat(manifests.ofKind("Secret")).isEmpty();
        assertThat(manifests.workloads()).allSatisfy(workload -> assertThat(workload.containers())
                .allSatisfy(container -> assertThat(elements(container.path("env")))
                        .filteredOn(variable -> SECRET_NAME
                                .matcher(variable.path("name").asText())
                                .find())
                        .allMatch(variable ->
                                variable.at("/valueFrom/secretKeyRef/name").isTextual())));
        assertThat(manifests.ofKind("ConfigMap"))
                .filteredOn(config -> config.at("/data").has("application.properties"))
                .allSatisfy(config -> assertThat(properties(config).entrySet())
                        .filteredOn(property -> property.getKey().contains("jaas"))
                        .allMatch(property -> property.getValue().startsWith("${")));
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void selectorsMatchOnlyTheirDeployments(Values values) {
        Manifests manifests = CHART.render(values);
        List<Manifest> deployments = deployments(manifests);
        List<Manifest> others = manifests.workloads().stream()
                .filter(one -> !one.isDeployment())
                .toList();
        Map<Manifest, JsonNode> selectors = new java.util.LinkedHashMap<>();
        for (Manifest manifest : manifests.all()) {
            switch (manifest.kind()) {
                case "Deployment", "PodDisruptionBudget", "PodMonitor" ->
                    selectors.put(manifest, manifest.at("/spec/selector/matchLabels"));
                case "Service" -> selectors.put(manifest, manifest.at("/spec/selector"));
                default -> {}
            }
        }
        selectors.forEach((manifest, selector) -> {
            if (selector.has("cnpg.io/cluster")) {
                assertThat(manifests.find(
                                "Cluster", selector.path("cnpg.io/cluster").asText()))
                        .as("%s", manifest)
                        .isPresent();
                return;
            }
            assertThat(others).as("%s", manifest).noneMatch(other -> selects(selector, other));
            long matched = deployments.stream()
                    .filter(deployment -> selects(selector, deployment))
                    .count();
            boolean selectsAll =
                    manifest.name().endsWith("-cache") || manifest.kind().equals("PodMonitor");
            assertThat(matched).as("%s", manifest).isEqualTo(selectsAll ? deployments.size() : 1);
        });
        for (Manifest deployment : deployments) {
            for (JsonNode spread : deployment.podSpec().path("topologySpreadConstraints")) {
                assertThat(deployments.stream().filter(one -> selects(spread.at("/labelSelector/matchLabels"), one)))
                        .containsExactly(deployment);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void servicePortsExistInTheContainers(Values values) {
        Manifests manifests = CHART.render(values);
        for (Manifest service : manifests.ofKind("Service")) {
            if (service.at("/spec/selector").has("cnpg.io/cluster")) {
                assertThat(service.at("/spec/clusterIP").asText())
                        .as("the service is headless, so that its name resolves to each database server")
                        .isEqualTo("None");
                continue;
            }
            deployments(manifests).stream()
                    .filter(deployment -> selects(service.at("/spec/selector"), deployment))
                    .forEach(deployment -> assertThat(elements(service.at("/spec/ports")))
                            .allMatch(port -> port(deployment, port.path("targetPort")) > 0));
        }
        assertThat(manifests.ofKind("Service").stream()
                        .filter(service -> service.name().endsWith("-cache")))
                .allMatch(service -> service.at("/spec/clusterIP").asText().equals("None")
                        && service.at("/spec/publishNotReadyAddresses").asBoolean());
        manifests.ofKind("PodMonitor").forEach(monitor -> deployments(manifests).stream()
                .filter(deployment -> selects(monitor.at("/spec/selector/matchLabels"), deployment))
                .forEach(deployment -> assertThat(port(deployment, monitor.at("/spec/podMetricsEndpoints/0/port")))
                        .isEqualTo(8080)));
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void networkPoliciesAllowOnlyTheRequiredTraffic(Values values) {
        Manifests manifests = CHART.render(values);
        List<Manifest> policies = manifests.ofKind("NetworkPolicy");
        if (policies.isEmpty()) {
            assertThat(values.toString()).containsAnyOf("networkPolicy.enabled=false", "bare");
            return;
        }
        for (Manifest workload : manifests.workloads()) {
            assertThat(policies.stream()
                            .filter(policy -> selects(policy.at("/spec/podSelector/matchLabels"), workload)))
                    .as("%s", workload)
                    .hasSize(1)
                    .allSatisfy(
                            policy -> assertThat(policy.at("/spec/policyTypes")).hasSize(2));
        }
        for (Manifest deployment : deployments(manifests)) {
            Manifest policy = policies.stream()
                    .filter(one -> selects(one.at("/spec/podSelector/matchLabels"), deployment))
                    .findAny()
                    .orElseThrow();
            Map<String, String> variables =
                    environmentVariables(deployment.podSpec().at("/containers/0"));
            String role = variables.get("FONDACO_ROLES");
            Set<Integer> in = new TreeSet<>();
            elements(policy.at("/spec/ingress"))
                    .flatMap(rule -> elements(rule.path("ports")))
                    .forEach(port -> in.add(port(deployment, port.path("port"))));
            assertThat(in).as("%s", policy).doesNotContain(0);
            assertThat(elements(policy.at("/spec/ingress"))).allMatch(rule -> rule.has("from"));
            Set<Integer> out = egress(policy);
            assertThat(out).contains(53);
            assertThat(out).contains(databasePorts(variables));
            if (variables.containsKey("FONDACO_CACHE_CLUSTER_DNS")) {
                assertThat(in).contains(7800, 57800);
                assertThat(out).contains(7800, 57800);
            } else {
                assertThat(in).doesNotContain(7800, 57800);
            }
            assertThat(out.contains(443))
                    .as("egress of %s to payment providers and webhooks", role)
                    .isEqualTo(!role.equals("browse"));
            boolean worker = role.contains("worker");
            if (variables.containsKey("FONDACO_KAFKA_BOOTSTRAP_SERVERS")) {
                int kafka = Integer.parseInt(
                        variables.get("FONDACO_KAFKA_BOOTSTRAP_SERVERS").replaceAll(".*:", ""));
                assertThat(out.contains(kafka)).isEqualTo(worker);
            }
            assertThat(out.contains(4317))
                    .as("egress to the trace collector, if there is one")
                    .isEqualTo(variables.containsKey("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT"));
            assertThat(variables.containsKey("QUARKUS_MAILER_PORT"))
                    .as("only workers send mail")
                    .isEqualTo(worker && out.contains(587));
        }
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void onlyScaledDeploymentsOmitReplicas(Values values) {
        Manifests manifests = CHART.render(values);
        Set<String> scaled = Stream.of("HorizontalPodAutoscaler", "ScaledObject")
                .flatMap(kind -> manifests.ofKind(kind).stream())
                .map(scaler -> scaler.at("/spec/scaleTargetRef/name").asText())
                .collect(Collectors.toSet());
        assertThat(deployments(manifests).stream().map(Manifest::name)).containsAll(scaled);
        assertThat(deployments(manifests)).allSatisfy(deployment -> assertThat(
                        deployment.at("/spec/replicas").isMissingNode())
                .as("%s", deployment)
                .isEqualTo(scaled.contains(deployment.name())));
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void referencedObjectsExist(Values values) throws IOException {
        Manifests manifests = CHART.render(values);
        Set<String> existing = existingSecrets(values);
        manifests
                .ofKind("Cluster")
                .forEach(cluster -> existing.addAll(Set.of(cluster.name() + "-app", cluster.name() + "-ca")));
        manifests.ofKind("KafkaUser").forEach(user -> existing.add(user.name()));
        manifests
                .ofKind("KafkaTopic")
                .forEach(topic -> existing.add(
                        topic.at("/metadata/labels/strimzi.io~1cluster").asText() + "-cluster-ca-cert"));
        for (Manifest workload : manifests.workloads()) {
            Predicate<Manifest> isCreatedBefore =
                    one -> !workload.kind().equals("Job") || hookWeight(one) < hookWeight(workload);
            Set<String> secrets = new TreeSet<>(existing);
            manifests.ofKind("ExternalSecret").stream()
                    .filter(isCreatedBefore)
                    .forEach(
                            secret -> secrets.add(secret.at("/spec/target/name").asText()));
            Set<String> configs = names(manifests.ofKind("ConfigMap").stream().filter(isCreatedBefore));
            assertThat(secrets).as("%s", workload).containsAll(fieldTexts(workload.podSpec(), "secretKeyRef", "name"));
            assertThat(secrets).as("%s", workload).containsAll(fieldTexts(workload.podSpec(), "secret", "secretName"));
            assertThat(configs).as("%s", workload).containsAll(fieldTexts(workload.podSpec(), "configMap", "name"));
            String account = workload.podSpec().path("serviceAccountName").asText();
            if (!account.equals("default")) {
                assertThat(names(manifests.ofKind("ServiceAccount").stream().filter(isCreatedBefore)))
                        .contains(account);
            }
            Set<String> volumes = new TreeSet<>();
            workload.podSpec()
                    .path("volumes")
                    .forEach(volume -> volumes.add(volume.path("name").asText()));
            workload.containers()
                    .forEach(container -> container.path("volumeMounts").forEach(mount -> assertThat(volumes)
                            .contains(mount.path("name").asText())));
        }
        for (Manifest ingress : manifests.ofKind("Ingress")) {
            assertThat(names(manifests.ofKind("Service").stream()))
                    .containsAll(fieldTexts(ingress.json(), "service", "name"));
        }
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void everyEnvironmentVariableIsAKnownSetting(Values values) {
        Manifests manifests = CHART.render(values);
        assertThat(manifests.workloads().stream()
                        .flatMap(workload -> workload.containers().stream())
                        .flatMap(container -> environmentVariables(container).keySet().stream())
                        .filter(name -> name.startsWith("FONDACO_")))
                .allMatch(SETTINGS::hasEnvironmentVariable);
        assertThat(manifests.ofKind("ConfigMap").stream()
                        .filter(config -> config.at("/data").has("application.properties"))
                        .flatMap(config -> properties(config).keySet().stream())
                        .filter(name -> name.startsWith("fondaco.")))
                .allMatch(SETTINGS::hasProperty);
        assertThat(manifests.workloads().stream()
                        .flatMap(workload -> workload.containers().stream())
                        .filter(container -> container.path("name").asText().matches("fondaco|migrate"))
                        .map(ChartTest::environmentVariables))
                .isNotEmpty()
                .allSatisfy(variables -> assertThat(variables)
                        .containsEntry("FONDACO_DATABASE_EMBEDDED", "false")
                        .containsKeys(
                                "FONDACO_DATABASE_PRIMARY_URL",
                                "FONDACO_DATABASE_USERNAME",
                                "FONDACO_DATABASE_PASSWORD"));
    }

    @Test
    void externalDatabaseIsMigratedBeforeAnyOtherChange() {
        for (Values values : List.of(EXTERNAL, EXTERNAL_SECRETS)) {
            Manifests manifests = CHART.render(values);
            Manifest job = manifests.ofKind("Job").getFirst();
            assertThat(job.annotation(Manifests.HOOK)).hasValue("pre-install,pre-upgrade");
            assertThat(job.annotation(Manifests.HOOK + "-delete-policy")).hasValue("before-hook-creation");
            assertThat(job.podSpec().at("/containers/0/args/0").asText()).isEqualTo("migrate");
            assertThat(job.podSpec().path("restartPolicy").asText()).isEqualTo("Never");
            assertThat(job.at("/spec/backoffLimit").asInt()).isPositive();
            assertThat(job.at("/spec/activeDeadlineSeconds").asInt()).isPositive();
            assertThat(manifests.all().stream().filter(Manifest::isHook).filter(hook -> !Set.of("Job", "Pod")
                            .contains(hook.kind())))
                    .isNotEmpty()
                    .allMatch(hook -> hookWeight(hook) < hookWeight(job));
            assertThat(deployments(manifests))
                    .noneMatch(deployment -> deployment.podSpec().has("initContainers"));
        }
    }

    /**
     * A pre-install hook would run before the database exists; a post-install hook would deadlock with waiting pods.
     */
    @Test
    void databaseOfTheReleaseIsMigratedByItsPods() {
        Manifests manifests = CHART.render(PRODUCTION);
        assertThat(manifests.ofKind("Job")).isEmpty();
        assertThat(deployments(manifests)).hasSize(4).allSatisfy(deployment -> {
            assertThat(elements(deployment.podSpec().path("initContainers"))
                            .map(one -> one.path("name").asText()))
                    .containsExactly("wait-for-database", "migrate");
            assertThat(deployment.podSpec().at("/initContainers/1/args/0").asText())
                    .isEqualTo("migrate");
            assertThat(environmentVariables(deployment.podSpec().at("/containers/0")))
                    .containsEntry("FONDACO_DATABASE_MIGRATE_AT_START", "false");
        });
    }

    @Test
    void replicaUrlsNameTheServersOfTheCluster() {
        Manifests manifests = CHART.render(SMALL);
        Map<String, String> variables =
                environmentVariables(deployments(manifests).getFirst().podSpec().at("/containers/0"));
        assertThat(variables.get("FONDACO_DATABASE_PRIMARY_URL")).contains("//shop-fondaco-db-rw:5432/fondaco?");
        assertThat(variables.get("FONDACO_DATABASE_REPLICA_URLS")).contains("//shop-fondaco-db-nodes:5432/fondaco?");
        assertThat(variables)
                .containsEntry(
                        "FONDACO_DATABASE_REPLICAS_EXPECTED",
                        Integer.toString(manifests
                                        .find("Cluster", "shop-fondaco-db")
                                        .orElseThrow()
                                        .at("/spec/instances")
                                        .asInt()
                                - 1));
        assertThat(manifests.find("Service", "shop-fondaco-db-nodes")).isPresent();
        Values singleInstance = SMALL.with("database.cnpg.instances", "1");
        assertThat(environmentVariables(deployments(CHART.render(singleInstance))
                        .getFirst()
                        .podSpec()
                        .at("/containers/0")))
                .as("without configured replicas, reads of the primary are not limited")
                .doesNotContainKey("FONDACO_DATABASE_REPLICA_URLS");
    }

    /** Such a parameter makes the operator load the library and create the extension in every database. */
    @Test
    void operatorLoadsPgStatStatements() {
        assertThat(CHART.render(SMALL)
                        .find("Cluster", "shop-fondaco-db")
                        .orElseThrow()
                        .at("/spec/postgresql/parameters")
                        .fieldNames())
                .toIterable()
                .anyMatch(name -> name.startsWith("pg_stat_statements."));
    }

    @ParameterizedTest
    @MethodSource("split")
    void everyPathIsRoutedToTheRoleThatServesIt(Values values) throws IOException {
        Manifests manifests = CHART.render(values.with("ingress.store.enabled", "true")
                .with("ingress.admin.enabled", "true")
                .with("httpRoute.store.enabled", "true")
                .with("httpRoute.store.parentRefs[0].name", "public")
                .with("httpRoute.admin.enabled", "true")
                .with("httpRoute.admin.parentRefs[0].name", "public"));
        Map<String, String> byIngress = new TreeMap<>();
        for (Manifest ingress : manifests.ofKind("Ingress")) {
            ingress.at("/spec/rules/0/http/paths").forEach(path -> {
                assertThat(path.path("pathType").asText()).isEqualTo("Prefix");
                byIngress.put(
                        path.path("path").asText(),
                        path.at("/backend/service/name").asText());
            });
        }
        Map<String, String> byRoute = new TreeMap<>();
        for (Manifest route : manifests.ofKind("HTTPRoute")) {
            route.at("/spec/rules")
                    .forEach(rule -> byRoute.put(
                            rule.at("/matches/0/path/value").asText(),
                            rule.at("/backendRefs/0/name").asText()));
        }
        assertThat(byRoute).isEqualTo(byIngress);
        Map<String, String> resources = paths();
        assertThat(resources).hasSizeGreaterThan(20);
        assertThat(resources.values()).contains("browse", "buy", "admin");
        resources.forEach((path, role) -> {
            String service = backendFor(byIngress, path);
            assertThat(service).as(path).isEqualTo("shop-fondaco-" + role);
            Manifest deployment = manifests.find("Deployment", service).orElseThrow();
            assertThat(environmentVariables(deployment.podSpec().at("/containers/0")))
                    .containsEntry("FONDACO_ROLES", role);
        });
        assertThat(backendFor(byIngress, "/q/metrics")).isEmpty();
        assertThat(byIngress.values()).doesNotContain("shop-fondaco-worker");
    }

    @Test
    void singleDeploymentServesAllPaths() {
        Manifests manifests =
                CHART.render(SMALL.with("ingress.store.enabled", "true").with("ingress.admin.enabled", "true"));
        assertThat(manifests.ofKind("Ingress").stream()
                        .map(ingress -> ingress.at("/spec/rules/0/http/paths").toString()))
                .hasSize(2)
                .allMatch(paths -> paths.contains("\"name\":\"shop-fondaco\""));
    }

    /** A migration from one Deployment to several: paths are routed to the one until the others are ready. */
    @Test
    void deploymentWithAllRolesServesAllPathsBesideOtherDeployments() {
        Values withMoreRoles = SMALL.with("ingress.store.enabled", "true")
                .with("roleDefaults.replicas", "1")
                .with("database.reservedConnections", "0")
                .with("roleDefaults.databasePool.primary", "13")
                .with("roleDefaults.databasePool.replica", "2");
        for (String role : List.of("buy", "worker")) {
            withMoreRoles = withMoreRoles.with("roles." + role + ".enabled", "true");
        }
        Manifests manifests = CHART.render(withMoreRoles);
        assertThat(deployments(manifests)).hasSize(3);
        assertThat(fieldTexts(manifests.ofKind("Ingress").getFirst().json(), "service", "name"))
                .containsExactly("shop-fondaco");
    }

    @Test
    void scrapeJobLabelIsIndependentOfTheReleaseName() {
        Manifests manifests = CHART.render(SMALL.with("nameOverride", "boutique")
                .with("fullnameOverride", "mine")
                .with("monitoring.enabled", "true"));
        Manifest monitor = manifests.find("PodMonitor", "mine").orElseThrow();
        assertThat(deployments(manifests).getFirst().podLabels())
                .containsEntry("app.kubernetes.io/name", "boutique")
                .containsEntry(monitor.at("/spec/jobLabel").asText(), "fondaco");
    }

    @Test
    void rulesAndDashboardsAreInstalledUnchanged(@TempDir Path directory) throws IOException {
        Chart chart = CHART.withHooksRendered(directory.resolve("chart"));
        Files.createDirectories(chart.directory().resolve("rules"));
        Files.createDirectories(chart.directory().resolve("dashboards"));
        Files.writeString(chart.directory().resolve("rules/of_this_test.yaml"), """
                groups:
                  - name: example
                    rules:
                      - alert: Example
                        expr: up{job="x"} == 0
                        annotations:
                          summary: "{{ $labels.pod }} has {{ $value | humanize }}"
                """);
        Files.writeString(
                chart.directory().resolve("dashboards/of-this-test.json"), "{\"title\": \"{{pod}} of $job\"}\n");
        Manifests manifests = chart.render(
                SMALL.with("monitoring.rules.enabled", "true").with("monitoring.dashboards.enabled", "true"));
        assertThat(manifests.find("PrometheusRule", "shop-fondaco-of-this-test"))
                .hasValueSatisfying(rule -> assertThat(rule.at("/spec/groups/0/rules/0/annotations/summary")
                                .asText())
                        .isEqualTo("{{ $labels.pod }} has {{ $value | humanize }}"));
        assertThat(manifests.find("ConfigMap", "shop-fondaco-dashboard-of-this-test"))
                .hasValueSatisfying(dashboard -> {
                    assertThat(dashboard.at("/data/shop-of-this-test.json").asText())
                            .isEqualTo("{\"title\": \"{{pod}} of $job\"}\n");
                    assertThat(dashboard
                                    .at("/metadata/labels/grafana_dashboard")
                                    .asText())
                            .isEqualTo("1");
                });
        assertThat(manifests.ofKind("PrometheusRule")).hasSize(count("rules", ".yaml") + 1);
        assertThat(manifests.all().stream().filter(one -> one.name().contains("-dashboard-")))
                .hasSize(count("dashboards", ".json") + 1);
    }

    @Test
    void changedSettingsRestartThePods() {
        String before = checksum(CHART.render(EXTERNAL));
        assertThat(before).isNotEmpty();
        assertThat(checksum(CHART.render(EXTERNAL.with("settings.fondaco\\.cart\\.max-lines", "7"))))
                .isNotEmpty()
                .isNotEqualTo(before);
    }

    @Test
    void databaseObjectsAreKeptOnUninstall() {
        assertThat(CHART.render(PRODUCTION).all().stream()
                        .filter(one -> Set.of("Cluster", "ObjectStore", "ScheduledBackup")
                                .contains(one.kind())))
                .hasSize(3)
                .allMatch(one -> one.annotation("helm.sh/resource-policy").equals(java.util.Optional.of("keep")));
    }

    private static List<Manifest> deployments(Manifests manifests) {
        return manifests.ofKind("Deployment");
    }

    private static boolean selects(JsonNode selector, Manifest workload) {
        return !selector.isEmpty()
                && workload.podLabels()
                        .entrySet()
                        .containsAll(toStringMap(selector).entrySet());
    }

    /** Resolves a port by name or number; 0 if the deployment has no such port. */
    private static int port(Manifest deployment, JsonNode portReference) {
        return elements(deployment.podSpec().at("/containers/0/ports"))
                .filter(port -> port.path("name").asText().equals(portReference.asText())
                        || port.path("containerPort").asText().equals(portReference.asText()))
                .mapToInt(port -> port.path("containerPort").asInt())
                .findAny()
                .orElse(0);
    }

    private static Set<Integer> egress(Manifest policy) {
        return elements(policy.at("/spec/egress"))
                .flatMap(rule -> elements(rule.path("ports")))
                .map(port -> port.path("port").asInt())
                .collect(Collectors.toSet());
    }

    private static Integer[] databasePorts(Map<String, String> variables) {
        Matcher port =
                Pattern.compile("//[^/,]+?(?::(\\d+))?[,/]").matcher(variables.get("FONDACO_DATABASE_PRIMARY_URL"));
        assertThat(port.find()).isTrue();
        return new Integer[] {port.group(1) == null ? 5432 : Integer.valueOf(port.group(1))};
    }

    /** The environment variables of a container; the value is empty if it comes from a reference. */
    private static Map<String, String> environmentVariables(JsonNode container) {
        Map<String, String> variables = new TreeMap<>();
        container.path("env").forEach(variable -> {
            String name = variable.path("name").asText();
            assertThat(variables).as("environment variable defined twice").doesNotContainKey(name);
            variables.put(name, variable.path("value").asText());
        });
        return variables;
    }

    private static Map<String, String> properties(Manifest config) {
        Properties properties = new Properties();
        try {
            properties.load(
                    new StringReader(config.at("/data/application.properties").asText()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Map<String, String> all = new TreeMap<>();
        properties.forEach((name, value) -> all.put(name.toString(), value.toString()));
        return all;
    }

    /** Hooks are created in order of weight; other objects come after all hooks. */
    private static int hookWeight(Manifest manifest) {
        return manifest.isHook()
                ? Integer.parseInt(
                        manifest.annotation(Manifests.HOOK + "-weight").orElse("0"))
                : Integer.MAX_VALUE;
    }

    private static Set<String> names(Stream<Manifest> manifests) {
        return manifests.map(Manifest::name).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The values of a field in all objects with this name. */
    private static Set<String> fieldTexts(JsonNode from, String object, String field) {
        return from.findValues(object).stream()
                .map(one -> one.path(field).asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The Secrets that the values declare as existing. */
    private static Set<String> existingSecrets(Values values) throws IOException {
        Set<String> existing = new TreeSet<>();
        List<String> files = new ArrayList<>(values.files());
        files.add("values.yaml");
        for (String file : files) {
            JsonNode json = Chart.YAML.readTree(CHART.directory().resolve(file).toFile());
            for (String key : List.of("existingSecret", "caSecret")) {
                json.findValuesAsText(key).stream()
                        .filter(name -> !name.isEmpty())
                        .forEach(existing::add);
            }
        }
        return existing;
    }

    /** The paths of all resource classes, with the role that serves each. */
    private static Map<String, String> paths() {
        Map<String, String> paths = new TreeMap<>();
        for (String source : SourceFiles.readAll()) {
            Matcher found = PATH.matcher(source);
            if (found.find()) {
                Matcher named = NAMED_PATH.matcher(source);
                String path = found.group(1) != null || !named.find() ? found.group(1) : named.group(1);
                paths.put(path, roleOf(path, source));
            }
        }
        return paths;
    }

    /** The role by the prefix of the path, as in the application, unless the class declares another role. */
    private static String roleOf(String path, String source) {
        Matcher declared = ROLE_PATH.matcher(source);
        if (declared.find()) {
            return declared.group(1).toLowerCase(Locale.ROOT);
        }
        return path.startsWith("/admin/v1") ? "admin" : "buy";
    }

    /** The backend of the longest matching prefix; empty if none matches. */
    private static String backendFor(Map<String, String> routes, String path) {
        return routes.entrySet().stream()
                .filter(route -> path.equals(route.getKey()) || path.startsWith(route.getKey() + "/"))
                .max(java.util.Comparator.comparingInt(route -> route.getKey().length()))
                .map(Map.Entry::getValue)
                .orElse("");
    }

    private static String checksum(Manifests manifests) {
        return deployments(manifests)
                .getFirst()
                .at("/spec/template/metadata/annotations/checksum~1config")
                .asText();
    }

    private static int count(String folder, String ending) throws IOException {
        Path directory = CHART.directory().resolve(folder);
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return (int) files.filter(file -> file.toString().endsWith(ending)).count();
        }
    }
}
