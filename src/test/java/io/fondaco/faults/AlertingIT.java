package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.fondaco.FreePort;
import io.fondaco.InstalledPrograms;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.process.PackagedApp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus scrapes two pods and evaluates the chart's rules; a real Alertmanager sends the notifications. Only
 * the {@code for} times of the rules are shortened, from minutes to 2 s.
 */
class AlertingIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path RULES = Path.of("helm", "fondaco", "rules");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final List<AutoCloseable> resources = new ArrayList<>();
    private final Queue<JsonNode> notifications = new ConcurrentLinkedQueue<>();
    private final List<PackagedApp> pods = new ArrayList<>();
    private URI prometheus;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(
                InstalledPrograms.isOnPath("prometheus") && InstalledPrograms.isOnPath("prometheus-alertmanager"),
                "install prometheus and prometheus-alertmanager");
        ReplicatedPostgres database = ReplicatedPostgres.start(directory.resolve("database"), 1);
        resources.addFirst(database);
        Map<String, String> environment = Pods.environment(database);
        for (int i = 0; i < 2; i++) {
            pods.add(PackagedApp.launch("alerting-" + i, environment));
            resources.addFirst(pods.getLast());
        }
        pods.forEach(PackagedApp::awaitReady);
        int alertmanager = startAlertmanager(startReceiver());
        prometheus = startPrometheus(alertmanager);
    }

    @AfterEach
    void stop() {
        Pods.closeAll(resources);
    }

    @Test
    void killedPodRaisesAnAlertThatResolvesAfterItsRestart() {
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(query("sum(up{job=\"fondaco\"})"))
                .isEqualTo("2"));
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(query("count(fondaco_role{role=\"buy\"} == 1)"))
                .isEqualTo("2"));
        assertThat(query("prometheus_rule_evaluation_failures_total > 0")).isEmpty();
        assertThat(notifications).as("alerts before the pod is killed").noneMatch(alert -> alertName(alert)
                .equals("FondacoInstanceDown"));
        PackagedApp victim = pods.getFirst();
        victim.kill();
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(notifications).anySatisfy(alert -> {
            assertThat(alertName(alert)).isEqualTo("FondacoInstanceDown");
            assertThat(alert.path("status").asText()).isEqualTo("firing");
            assertThat(alert.path("labels").path("instance").asText())
                    .isEqualTo("127.0.0.1:" + victim.base().getPort());
            assertThat(alert.path("annotations").path("runbook_url").asText())
                    .endsWith("docs/runbooks/instance-down.md");
        }));
        assertThat(notifications).as("alerts while the other pod answers").noneMatch(alert -> alertName(alert)
                .equals("FondacoNoInstanceUp"));
        resources.addFirst(victim.restart("alerting-0", Pods.environment((ReplicatedPostgres) resources.getLast())));
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(notifications)
                .anyMatch(alert -> alertName(alert).equals("FondacoInstanceDown")
                        && alert.path("status").asText().equals("resolved")));
    }

    private static String alertName(JsonNode alert) {
        return alert.path("labels").path("alertname").asText();
    }

    /** The current value of the first series of the expression; empty if there is none. */
    private String query(String expression) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(prometheus.resolve(
                            "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8)))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            JsonNode response = JSON.readTree(
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body());
            return response.at("/data/result/0/value/1").asText();
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Starts the webhook that receives the notifications. @return its port */
    private int startReceiver() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            JSON.readTree(exchange.getRequestBody()).path("alerts").forEach(notifications::add);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        resources.addFirst(() -> server.stop(0));
        return server.getAddress().getPort();
    }

    private int startAlertmanager(int receiver) throws IOException {
        int port = FreePort.find();
        Path configuration = Files.writeString(directory.resolve("alertmanager.yml"), """
                route: {receiver: duty, group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 1h}
                receivers:
                  - name: duty
                    webhook_configs: [{url: "http://127.0.0.1:%d/", send_resolved: true}]
                """.formatted(receiver));
        run(
                "prometheus-alertmanager",
                "--config.file=" + configuration,
                "--storage.path=" + directory.resolve("alertmanager"),
                "--web.listen-address=127.0.0.1:" + port,
                "--cluster.listen-address=");
        return port;
    }

    private URI startPrometheus(int alertmanager) throws IOException {
        Path rules = Files.createDirectories(directory.resolve("rules"));
        try (Stream<Path> files = Files.list(RULES)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".yaml")).toList()) {
                Files.writeString(
                        rules.resolve(file.getFileName()),
                        Files.readString(file).replaceAll("(?m)^( +for:) \\d+m$", "$1 2s"));
            }
        }
        String targets = pods.stream()
                .map(pod -> "\"127.0.0.1:" + pod.base().getPort() + "\"")
                .toList()
                .toString();
        int port = FreePort.find();
        Path configuration = Files.writeString(
                directory.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
                rule_files: ["%s/*.yaml"]
                alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:%d"]}]}]}
                scrape_configs:
                  - job_name: fondaco
                    metrics_path: /q/metrics
                    static_configs: [{targets: %s}]
                  - job_name: prometheus
                    static_configs: [{targets: ["127.0.0.1:%d"]}]
                """.formatted(rules, alertmanager, targets, port));
        run(
                "prometheus",
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + directory.resolve("prometheus"),
                "--web.listen-address=127.0.0.1:" + port);
        return URI.create("http://127.0.0.1:" + port);
    }

    private void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(command[0] + ".log").toFile())
                .start();
        resources.addFirst(() -> {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        });
    }
}
