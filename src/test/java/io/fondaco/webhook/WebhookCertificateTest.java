package io.fondaco.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.JksOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.TemporalUnitWithinOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metric with the expiry of the certificate that an endpoint presents. */
class WebhookCertificateTest {
    private static final String NAME = "fondaco.webhook.certificate.expires.at.seconds";
    private static final Instant DAY = Instant.parse("2031-02-03T04:05:06Z");
    private static final String PASSWORD = "password";

    @TempDir
    private Path directory;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final WebhookMetrics metrics = new WebhookMetrics(registry);
    private final UUID endpoint = UUID.randomUUID();

    @Test
    void expiryIsReadFromTheConnection() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            assertThat(certificateExpiry(vertx, true).orElseThrow())
                    .isCloseTo(
                            Instant.now().plus(Duration.ofDays(40)), new TemporalUnitWithinOffset(1, ChronoUnit.HOURS));
            assertThat(certificateExpiry(vertx, false)).isEmpty();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void lastRequestDeterminesTheExpiry() {
        metrics.recordCertificateExpiry(endpoint, Optional.of(DAY));
        assertThat(gaugeValue()).isEqualTo(DAY.getEpochSecond());
        metrics.recordCertificateExpiry(endpoint, Optional.of(DAY.plusSeconds(60)));
        assertThat(gaugeValue()).isEqualTo(DAY.getEpochSecond() + 60);
        metrics.recordCertificateExpiry(endpoint, Optional.empty());
        assertThat(registry.find(NAME).meters()).as("called without TLS").isEmpty();
        metrics.recordCertificateExpiry(endpoint, Optional.of(DAY));
        assertThat(gaugeValue()).isEqualTo(DAY.getEpochSecond());
    }

    @Test
    void metersOfADeletedEndpointAreRemoved() {
        UUID other = UUID.randomUUID();
        WebhookMetrics.EndpointBacklog none = new WebhookMetrics.EndpointBacklog(0, 0);
        metrics.updateBacklogs(Map.of(endpoint, none, other, none));
        metrics.recordCertificateExpiry(endpoint, Optional.of(DAY));
        metrics.recordCertificateExpiry(other, Optional.of(DAY));
        metrics.updateBacklogs(Map.of(other, none));
        assertThat(registry.getMeters())
                .filteredOn(meter -> meter.getId().getTag("webhook") != null)
                .extracting(meter -> meter.getId().getTag("webhook"))
                .containsOnly(new WebhookId(other).toString())
                .hasSize(3);
    }

    private double gaugeValue() {
        return registry.get(NAME)
                .tag("webhook", new WebhookId(endpoint).toString())
                .gauge()
                .value();
    }

    private Optional<Instant> certificateExpiry(Vertx vertx, boolean tls) throws Exception {
        HttpServerOptions options = new HttpServerOptions().setHost("127.0.0.1").setPort(0);
        if (tls) {
            options.setSsl(true)
                    .setKeyCertOptions(new JksOptions().setPath(keys()).setPassword(PASSWORD));
        }
        HttpServer server = vertx.createHttpServer(options)
                .requestHandler(request -> request.response().end())
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setSsl(tls).setTrustAll(true).setVerifyHost(false));
        HttpClientRequest request = client.request(HttpMethod.POST, server.actualPort(), "127.0.0.1", "/")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        return WebhookClient.certificateExpiresAt(request.connection());
    }

    private String keys() throws Exception {
        Path file = directory.resolve("keys");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "endpoint",
                        "-keyalg",
                        "EC",
                        "-validity",
                        "40",
                        "-dname",
                        "CN=endpoint",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        return file.toString();
    }
}
