package io.fondaco.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.GoldenFile;
import io.fondaco.helm.Chart.Values;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which values the chart accepts and which it rejects. */
class ChartValuesTest {
    private static final Chart CHART = Chart.ofProject();
    private static final Path README = CHART.directory().resolve("README.md");
    private static final String BEGIN = "<!-- values: written by ChartValuesTest from values.schema.json -->\n";
    private static final String END = "<!-- end of values -->\n";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_DEFAULT_LENGTH = 60;

    @BeforeAll
    static void assumeHelmAvailable() {
        assumeTrue(
                Chart.isHelmAvailable(), "there is no Helm library for this system, so the chart is not tested here");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            # misspelt or misplaced
            imge.tag                                    | 1           | additional properties 'imge' not allowed
            image.taag                                  | 1           | additional properties 'taag' not allowed
            roles.shop.enabled                          | true        | additional properties 'shop' not allowed
            roles.all.replica                           | 3           | additional properties 'replica' not allowed
            roles.all.autoscaling.max                   | 3           | additional properties 'max' not allowed
            roleDefaults.resources.request.cpu          | 1           | additional properties 'request' not allowed
            database.cnpg.instance                      | 3           | additional properties 'instance' not allowed
            networkPolicy.ingressFrom[0].namespace      | x           | additional properties 'namespace' not allowed
            probes.liveness.httpGet.path                | /           | additional properties 'httpGet' not allowed
            settings.fondacco\\.cart\\.max-lines        | 5           | does not match pattern
            # of the wrong type
            roles.all.replicas                          | many        | got string, want integer
            roleDefaults.replicas                       | -1          | minimum: got -1, want 0
            roles.all.enabled                           | perhaps     | got string, want boolean
            mail.port                                   | 99999       | maximum: got 99,999, want 65,535
            image.digest                                | sha256:12   | does not match pattern
            image.pullPolicy                            | Sometimes   | value must be one of
            database.mode                               | mysql       | value must be one of
            kafka.mode                                  | rabbit      | value must be one of
            migration.mode                              | later       | value must be one of
            roles.all.topologySpread.zone               | Always      | value must be one of
            database.external.primaryUrl                | postgres://db/fondaco | does not match pattern
            kafka.bootstrapServers                      | kafka       | does not match pattern
            roleDefaults.resources.requests.memory      | 1GB         | does not match pattern
            monitoring.interval                         | soon        | does not match pattern
            # a secret where none is allowed
            settings.fondaco\\.database\\.password      | hunter2     | 'not' failed
            database.external.primaryUrl                | jdbc:postgresql://user:secret@db/fondaco | does not match \
            pattern
            database.external.primaryUrl                | jdbc:postgresql://db/fondaco?password=x | 'not' failed
            # contradicting values
            roleDefaults.databasePool.primary           | 12          | must be more than 12
            roles.all.enabled                           | false       | enable at least one
            shutdown.timeoutSeconds                     | 45          | requests are cut off
            database.mode                               | external    | primaryUrl is needed
            database.sslMode                            | verify-full | is not possible with cnpg
            database.cnpg.synchronous.number            | 3           | must be less than instances
            database.cnpg.backup.enabled                | true        | destinationPath is needed
            database.cnpg.recovery.enabled              | true        | serverName is needed
            roleDefaults.replicas                       | 20          | The pods may open
            mail.enabled                                | true        | mail.from and mail.host are needed
            kafka.mode                                  | external    | bootstrapServers is needed
            kafka.mode                                  | strimzi     | clusterName is needed
            externalSecrets.enabled                     | true        | secretStoreRef.name is needed
            httpRoute.store.enabled                     | true        | parentRefs is needed
            """)
    void invalidValuesAreRejectedWithAReason(String key, String value, String reason) {
        assertThatThrownBy(() -> CHART.render(Values.of().with(key, value))).hasMessageContaining(reason.strip());
    }

    @Test
    void onlyOneAutoscalerIsAllowed() {
        Values both = Values.of("values-production.yaml").with("roles.worker.keda.enabled", "true");
        assertThatThrownBy(() -> CHART.render(both)).hasMessageContaining("autoscaling and keda conflict");
        Values backlogScaler = Values.of("values-production.yaml").with("roles.admin.keda.enabled", "true");
        assertThatThrownBy(() -> CHART.render(backlogScaler)).hasMessageContaining("only workers process the backlog");
    }

    @Test
    void backupArchiveIsNotOverwritten() {
        Values sameServerName =
                Values.of("ci/strimzi-recovery-values.yaml").with("database.cnpg.backup.serverName", "shop-db");
        assertThatThrownBy(() -> CHART.render(sameServerName)).hasMessageContaining("would be overwritten");
    }

    @Test
    void connectionLimitIsCheckedPerServer() {
        // (2 + 1) pods × (20 for writes + 20 for reads, as there is no replica + 2 for monitor and log reader)
        // + 30 reserved.
        Values exact = Values.of("ci/external-secrets-values.yaml").with("database.external.maxConnections", "156");
        Values tooFew = Values.of("ci/external-secrets-values.yaml").with("database.external.maxConnections", "155");
        assertThatCode(() -> CHART.render(exact)).doesNotThrowAnyException();
        assertThatThrownBy(() -> CHART.render(tooFew)).hasMessageContaining("156 connections");
    }

    @Test
    void schemaDescribesEveryValueAndNoOther() throws IOException {
        List<String> openObjects = new ArrayList<>();
        collectLooseObjects(schema(), "", openObjects);
        assertThat(openObjects).as("objects that allow any property").isEmpty();
        List<String> undescribed = new ArrayList<>();
        leaves(schema(), defaults(), "").forEach(leaf -> {
            if (leaf.description().isEmpty()) {
                undescribed.add(leaf.path());
            }
        });
        assertThat(undescribed).as("values without a description").isEmpty();
    }

    @Test
    void readmeListsTheValues() throws IOException {
        GoldenFile.verify(README, BEGIN, END, valuesTable());
    }

    private static String valuesTable() throws IOException {
        StringBuilder table = new StringBuilder("\n| value | default | |\n|---|---|---|\n");
        for (Leaf leaf : leaves(schema(), defaults(), "")) {
            table.append("| `%s` | %s | %s |%n"
                    .formatted(
                            leaf.path(), leaf.defaultText(), leaf.description().replace("|", "\\|")));
        }
        return table.append("\n").toString();
    }

    private record Leaf(String path, String description, JsonNode defaultValue) {
        String defaultText() {
            String text = defaultValue.toString();
            return text.length() > MAX_DEFAULT_LENGTH ? "see values.yaml" : "`" + text + "`";
        }
    }

    /** The leaf values with their defaults. Settings that roles inherit from {@code roleDefaults} are listed once. */
    private static List<Leaf> leaves(JsonNode schema, JsonNode defaults, String path) {
        List<Leaf> leaves = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : schema.path("properties").properties()) {
            String valuePath = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
            JsonNode node = entry.getValue();
            if (node.has("$ref") || valuePath.equals("global")) {
                continue;
            }
            JsonNode defaultValue = defaults.path(entry.getKey());
            assertThat(defaultValue.isMissingNode())
                    .as("%s is not in values.yaml", valuePath)
                    .isFalse();
            if (node.has("properties") && !node.has("description")) {
                leaves.addAll(leaves(node, defaultValue, valuePath));
            } else {
                leaves.add(new Leaf(valuePath, node.path("description").asText(), defaultValue));
            }
        }
        return leaves;
    }

    private static void collectLooseObjects(JsonNode node, String path, List<String> openObjects) {
        if (node.has("properties") && node.path("type").asText().contains("object")) {
            boolean partial = node.has("required");
            if (node.path("additionalProperties").asBoolean(true) && !partial) {
                openObjects.add(path);
            }
        }
        node.properties()
                .forEach(entry -> collectLooseObjects(entry.getValue(), path + "/" + entry.getKey(), openObjects));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            collectLooseObjects(node.get(i), path + "/" + i, openObjects);
        }
    }

    private static JsonNode schema() throws IOException {
        return JSON.readTree(CHART.directory().resolve("values.schema.json").toFile());
    }

    private static JsonNode defaults() throws IOException {
        return Chart.YAML.readTree(CHART.directory().resolve("values.yaml").toFile());
    }
}
