package io.fondaco.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.fondaco.replay.ShopClient;
import io.opentelemetry.proto.trace.v1.Span;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pod that sends its traces to a collector, and its log as JSON. */
class TracingIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String CALLERS_SPAN = "00f067aa0ba902b7";

    @TempDir
    private Path data;

    @Test
    void checkoutIsOneTraceFromRequestToWebhook() throws Exception {
        String trace = UUID.randomUUID().toString().replace("-", "");
        List<Headers> webhookHeaders = new CopyOnWriteArrayList<>();
        HttpServer listener = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        listener.createContext("/", exchange -> {
            webhookHeaders.add(exchange.getRequestHeaders());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        listener.start();
        try (OtlpCollector collector = new OtlpCollector();
                PackagedApp pod = PackagedApp.start("traced", environment(collector, "1"));
                ShopClient shop = new ShopClient(pod.base(), PackagedApp.ADMIN_KEY)) {
            ZeroConfigurationIT.assertDemoShopIsLoaded(shop);
            shop.send(
                            "POST",
                            "/admin/v1/webhooks",
                            PackagedApp.ADMIN_KEY,
                            Map.of(),
                            Map.of(
                                    "url",
                                    "http://127.0.0.1:" + listener.getAddress().getPort(),
                                    "event_types",
                                    List.of("order.placed")))
                    .expect(201);
            ShopClient.GuestCart guestCart = shop.openCart(
                    "EUR",
                    "somebody@example.com",
                    List.of(Map.of("sku", ZeroConfigurationIT.findAvailableSku(shop), "quantity", 1)));
            shop.updateCart(guestCart, Map.of("shipping_method", "pickup"));
            complete(shop, guestCart, trace).expect(201);
            await().atMost(TIMEOUT).until(() -> countNamed(collector.ofTrace(trace), "webhook call") == 1);
            List<Span> spans = collector.ofTrace(trace);

            Span request = spans.stream()
                    .filter(span -> span.getKind() == Span.SpanKind.SPAN_KIND_SERVER)
                    .findFirst()
                    .orElseThrow();
            assertThat(request.getName()).isEqualTo("POST /store/v1/carts/{id}/complete");
            assertThat(OtlpCollector.attributes(request)).containsEntry("fondaco.request_id", "traced-completion");
            assertThat(countNamed(spans, "payment authorise")).isEqualTo(1);
            assertThat(spans)
                    .as("statements")
                    .anyMatch(span -> statement(span).contains("INSERT INTO messaging.outbox"))
                    .anyMatch(span -> statement(span).contains("INSERT INTO webhook.message"))
                    .anyMatch(span -> statement(span).contains("webhook.attempt"));
            assertThat(spans).as("no personal data").noneMatch(span -> span.toString()
                    .contains("somebody@example.com"));
            assertThat(spans)
                    .filteredOn(span -> span.getKind() == Span.SpanKind.SPAN_KIND_CONSUMER)
                    .hasSize(1)
                    .first()
                    .satisfies(span -> assertThat(span.getName()).isEqualTo("process webhook"));
            Set<ByteString> spanIds = spans.stream().map(Span::getSpanId).collect(Collectors.toSet());
            assertThat(spans)
                    .as("spans without a parent")
                    .filteredOn(span -> !spanIds.contains(span.getParentSpanId()))
                    .containsExactly(request);
            assertThat(webhookHeaders).hasSize(1).first().satisfies(headers -> assertThat(headers)
                    .as("webhooks carry no trace headers")
                    .doesNotContainKey("Traceparent"));
            assertThat(collector.spans().stream().map(Span::getName))
                    .as("probes and metrics requests")
                    .noneMatch(name -> name.contains("/q/") || name.contains("/ping"));
            assertLogLinesNameTheTrace(pod, trace);
        } finally {
            listener.stop(0);
        }
    }

    private static void assertLogLinesNameTheTrace(PackagedApp pod, String trace) throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(pod.log())) {
            lines.add(JSON.readTree(line));
        }
        assertThat(lines)
                .allSatisfy(line -> assertThat(line.path("level").asText()).isNotEmpty());
        assertThat(lines)
                .filteredOn(line -> line.at("/mdc/request_id").asText().equals("traced-completion"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.at("/mdc/traceId").asText()).isEqualTo(trace));
    }

    @Test
    void shopSellsWithoutCollectorAndWithSamplingRatioZero() throws Exception {
        OtlpCollector collector = new OtlpCollector();
        Map<String, String> environment = environment(collector, "0");
        try (PackagedApp pod = PackagedApp.start("traced-rarely", environment);
                ShopClient shop = new ShopClient(pod.base(), PackagedApp.ADMIN_KEY)) {
            ZeroConfigurationIT.assertDemoShopIsLoaded(shop);
            ZeroConfigurationIT.buySomething(shop);
            shop.send(
                    "GET",
                    "/store/v1/products",
                    "",
                    traceparent(UUID.randomUUID().toString().replace("-", "")),
                    "");
            await().during(Duration.ofSeconds(1)).atMost(TIMEOUT).untilAsserted(() -> assertThat(collector.spans())
                    .isEmpty());
        }
        collector.close();
        environment.put("QUARKUS_OTEL_TRACES_SAMPLER_ARG", "1");
        try (PackagedApp pod = PackagedApp.start("traced-in-vain", environment);
                ShopClient shop = new ShopClient(pod.base(), PackagedApp.ADMIN_KEY)) {
            for (int order = 0; order < 20; order++) {
                ZeroConfigurationIT.buySomething(shop);
            }
            assertThat(shop.retries()).as("requests that had to be repeated").isZero();
        }
    }

    private Map<String, String> environment(OtlpCollector collector, String ratio) {
        Map<String, String> environment = new TreeMap<>(collector.environment());
        environment.putAll(Map.of(
                "FONDACO_DATA_DIR", data.toString(),
                "FONDACO_WEBHOOK_ALLOW_HTTP", "true",
                "FONDACO_WEBHOOK_ALLOWED_ADDRESSES", "127.0.0.0/8",
                "FONDACO_WEBHOOK_ALLOWED_PORTS", "1-65535",
                // Writes log lines for every request.
                "QUARKUS_LOG_CATEGORY__ORG_HIBERNATE__LEVEL", "DEBUG",
                "QUARKUS_LOG_CONSOLE_JSON_ENABLED", "true",
                "QUARKUS_OTEL_TRACES_SAMPLER_ARG", ratio));
        return environment;
    }

    private static ShopClient.ApiResponse complete(ShopClient shop, ShopClient.GuestCart guestCart, String trace) {
        Map<String, String> headers = new TreeMap<>(traceparent(trace));
        headers.put("Idempotency-Key", UUID.randomUUID().toString());
        headers.put("Request-Id", "traced-completion");
        return shop.send(
                "POST",
                guestCart.path() + "/complete",
                guestCart.token(),
                headers,
                Map.of("payment", Map.of("provider", "test", "token", "tok_ok")));
    }

    private static Map<String, String> traceparent(String trace) {
        return Map.of("traceparent", "00-" + trace + "-" + CALLERS_SPAN + "-01");
    }

    private static long countNamed(List<Span> spans, String name) {
        return spans.stream().filter(span -> span.getName().equals(name)).count();
    }

    private static String statement(Span span) {
        Map<String, String> attributes = OtlpCollector.attributes(span);
        return attributes.getOrDefault("db.query.text", attributes.getOrDefault("db.statement", ""));
    }
}
