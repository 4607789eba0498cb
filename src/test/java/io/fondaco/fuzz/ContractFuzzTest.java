package io.fondaco.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.IntegrationsProfile;
import io.fondaco.OpenApiOperation;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.PaymentWebhookSender;
import io.fondaco.fuzz.HostileBodies.HostileBody;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sends each hostile value to each place of the path, parameters, headers and body of every operation of the contract
 * (matrix row 20): no response is a 500 or takes long, every rejection is a problem, and malformed JSON is always
 * rejected.
 */
@QuarkusTest
@Order(Integer.MAX_VALUE)
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class ContractFuzzTest {
    private static final Logger LOG = Logger.getLogger(ContractFuzzTest.class);

    /** One request in this many is sent; {@code -Dfaults.fuzz=1} sends all, as {@code -Pfaults} does. */
    private static final int SAMPLE_ONE_IN = Integer.getInteger("faults.fuzz", 10);

    /** Selects the requests of a day, so that a few weeks of builds send all of them. */
    private static final long SEED =
            Long.getLong("faults.seed", LocalDate.now(ZoneOffset.UTC).toEpochDay());

    private static final Random RANDOM = new Random(SEED);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final long MAX_HEAP_GROWTH_BYTES = 64L * 1024 * 1024;
    private static final int STATUS_LINE_LENGTH = 20;
    private static final int MIN_REQUESTS_TO_JUDGE = 10;
    private static final Map<String, String> VALID_QUERY =
            Map.of("kind", "stock", "currency", "EUR", "product_id", "product_00000000000000000000000000");

    /** Encoded as they are sent in a URL. */
    private static final List<String> HOSTILE_URL_VALUES = Stream.concat(
                    Stream.of("%00", "%FF%FE", "%ED%A0%80", "%C0%AF", "%2e%2e%2f", "%0d%0aX:%201", "%25", ""),
                    Stream.of(
                                    "0",
                                    "-1",
                                    "9".repeat(50),
                                    "1e9",
                                    "null",
                                    "true",
                                    "'; DROP TABLE catalog.product; --",
                                    "\" OR 1=1 --",
                                    "🛒",
                                    "x".repeat(3_000),
                                    "../../etc/passwd",
                                    "{}",
                                    "product_zzzzzzzzzzzzzzzzzzzzzzzzzz",
                                    "2026-02-30",
                                    "+999999999-12-31T23:59:59Z",
                                    "-999999999-01-01T00:00:00Z")
                            .map(text -> URLEncoder.encode(text, StandardCharsets.UTF_8)))
            .toList();

    private static final List<String> HOSTILE_HEADER_VALUES = List.of(
            "",
            " ",
            "0",
            "-1",
            "\"",
            "\"9\"",
            "W/\"1\"",
            "\"" + "9".repeat(40) + "\"",
            "'; DROP TABLE catalog.product; --",
            "${jndi:ldap://127.0.0.1/x}",
            "t=1,v1=00",
            "t=" + "9".repeat(40) + ",v1=zz",
            "start",
            "\u00e9\u00ff",
            "x".repeat(256),
            "x".repeat(7_000));

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static int requestCount;

    private final List<String> violations = new ArrayList<>();
    private final Map<Integer, Integer> statusCounts = new TreeMap<>();

    static List<OpenApiOperation> operations() {
        return OpenApiOperation.loadCommitted();
    }

    static Stream<OpenApiOperation> operationsWithJson() {
        return OpenApiOperation.loadCommitted().stream().filter(OpenApiOperation::acceptsJson);
    }

    @AfterAll
    static void close() {
        LOG.infof("%d requests, a sample of one in %d, seed %d", requestCount, SAMPLE_ONE_IN, SEED);
        HTTP.close();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void hostileUrlsAndHeadersNeverCauseAServerError(OpenApiOperation openApiOperation) {
        FuzzFixture fuzzFixture = new FuzzFixture();
        for (String name : openApiOperation.parameters("path")) {
            for (String hostile : HOSTILE_URL_VALUES) {
                String path = hostile.isEmpty()
                        ? openApiOperation.path()
                        : openApiOperation.path().replace("{" + name + "}", hostile);
                send(
                        openApiOperation,
                        fuzzFixture,
                        path.replaceAll("\\{[^}]*}", "x") + query(openApiOperation, "", ""),
                        Map.of());
            }
        }
        String path = fuzzFixture.path(openApiOperation);
        for (String name : openApiOperation.parameters("query")) {
            for (String hostile : HOSTILE_URL_VALUES) {
                send(openApiOperation, fuzzFixture, path + query(openApiOperation, name, hostile), Map.of());
            }
            send(
                    openApiOperation,
                    fuzzFixture,
                    path + query(openApiOperation, name, "1") + "&" + encoded(name) + "=2",
                    Map.of());
        }
        for (String name : openApiOperation.parameters("header")) {
            for (String hostile : HOSTILE_HEADER_VALUES) {
                send(openApiOperation, fuzzFixture, path + query(openApiOperation, "", ""), Map.of(name, hostile));
            }
        }
        for (String hostile : HOSTILE_HEADER_VALUES) {
            send(
                    openApiOperation,
                    fuzzFixture,
                    path + query(openApiOperation, "", ""),
                    Map.of("Authorization", "Bearer " + hostile));
            send(
                    openApiOperation,
                    fuzzFixture,
                    path + query(openApiOperation, "", ""),
                    Map.of("Content-Type", hostile));
        }
        assertThat(violations).isEmpty();
    }

    /** Path segments have no parameters here; if they were ignored, every resource would have further URLs. */
    @ParameterizedTest
    @MethodSource("operations")
    void pathSegmentWithParametersIsRejected(OpenApiOperation openApiOperation) {
        FuzzFixture fuzzFixture = new FuzzFixture();
        String path = fuzzFixture.path(openApiOperation);
        for (int end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
            for (String parameter : List.of(";", ";x", ";x=1", ";jsessionid=1;y")) {
                expectSegmentRejected(
                        openApiOperation, fuzzFixture, path.substring(0, end) + parameter + path.substring(end));
            }
        }
        expectSegmentRejected(openApiOperation, fuzzFixture, path + ";x=1");
        assertThat(violations).isEmpty();
    }

    private void expectSegmentRejected(OpenApiOperation openApiOperation, FuzzFixture fuzzFixture, String path) {
        if (isSampled()) {
            expectRejected(
                    openApiOperation.method() + " " + path,
                    request(openApiOperation, fuzzFixture, path + query(openApiOperation, "", ""), new byte[0]));
        }
    }

    private void expectRejected(String description, HttpRequest.Builder request) {
        HttpResponse<String> response = send(description, request);
        if (response != null && response.statusCode() < 400) {
            violations.add("%s returns %d".formatted(description, response.statusCode()));
        }
    }

    @ParameterizedTest
    @MethodSource("paths")
    void unknownHttpMethodIsRejected(OpenApiOperation openApiOperation) {
        FuzzFixture fuzzFixture = new FuzzFixture();
        String path = fuzzFixture.path(openApiOperation);
        for (String method : List.of("TRACE", "PROPFIND", "PURGE", "LOCK", "get", "X", "M-SEARCH")) {
            if (isSampled()) {
                expectRejected(
                        method + " " + openApiOperation.path(),
                        request(openApiOperation, fuzzFixture, path, new byte[0])
                                .method(method, BodyPublishers.noBody()));
            }
        }
        assertThat(violations).isEmpty();
    }

    /** One operation per path. */
    static Stream<OpenApiOperation> paths() {
        Map<String, OpenApiOperation> byPath = new TreeMap<>();
        operations().forEach(openApiOperation -> byPath.putIfAbsent(openApiOperation.path(), openApiOperation));
        return byPath.values().stream();
    }

    @ParameterizedTest
    @ValueSource(strings = {"test", "stripe", "manual", "nobody"})
    void invalidWebhookSignatureIsRejected(String provider) {
        OpenApiOperation openApiOperation = operations().stream()
                .filter(OpenApiOperation::isProviderWebhook)
                .findAny()
                .orElseThrow();
        FuzzFixture fuzzFixture = new FuzzFixture();
        String path = openApiOperation.path().replace("{provider}", provider);
        byte[] body = fuzzFixture
                .withExistingIds(openApiOperation.example().toString())
                .getBytes(StandardCharsets.UTF_8);
        for (String name : List.of("Fondaco-Signature", "Stripe-Signature")) {
            for (String hostile : HOSTILE_HEADER_VALUES) {
                expectRejected(
                        "%s %s %s: %s".formatted(openApiOperation.method(), path, name, hostile),
                        request(openApiOperation, fuzzFixture, path, body).setHeader(name, hostile));
            }
        }
        assertThat(violations).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("operationsWithJson")
    void hostileBodiesNeverCauseAServerError(OpenApiOperation openApiOperation) throws JsonProcessingException {
        FuzzFixture fuzzFixture = new FuzzFixture();
        String path = fuzzFixture.path(openApiOperation) + query(openApiOperation, "", "");
        JsonNode valid = new ObjectMapper()
                .readTree(fuzzFixture.withExistingIds(openApiOperation.example().toString()));
        for (HostileBody hostileBody : HostileBodies.of(openApiOperation, valid)) {
            send(openApiOperation, fuzzFixture, path, hostileBody);
        }
        assertThat(violations).isEmpty();
        // A small sample of requests may consist of valid ones only.
        if (SAMPLE_ONE_IN == 1
                || statusCounts.values().stream().mapToInt(Integer::intValue).sum() > MIN_REQUESTS_TO_JUDGE) {
            assertThat(statusCounts.keySet())
                    .as("invalid bodies are rejected: %s", statusCounts)
                    .containsAnyOf(
                            openApiOperation.isProviderWebhook() ? new Integer[] {204} : new Integer[] {400, 422});
        }
    }

    /**
     * A number of unlimited length: the pod buffers none of it, rejects it and closes the connection, whatever the
     * path.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {"POST /store/v1/carts", "POST /admin/v1/products", "PUT /admin/v1/stock/{sku}/selling-policy"})
    void endlessBodyIsCutOff(String name) throws IOException {
        OpenApiOperation openApiOperation = operationsWithJson()
                .filter(one -> one.toString().equals(name))
                .findAny()
                .orElseThrow();
        FuzzFixture fuzzFixture = new FuzzFixture();
        long before = usedHeap();
        try (Socket socket = new Socket("127.0.0.1", RestAssured.port)) {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            OutputStream out = socket.getOutputStream();
            out.write(("%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                            + "If-Match: *\r\nIdempotency-Key: endless-%d\r\n"
                            + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n"
                            + "{\"n\":1\r\n")
                    .formatted(
                            openApiOperation.method(),
                            fuzzFixture.path(openApiOperation),
                            fuzzFixture.bearerToken(openApiOperation),
                            requestCount++)
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = ("10000\r\n" + "9".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            Instant deadline = Instant.now().plus(TIMEOUT);
            assertThatThrownBy(() -> {
                        while (Instant.now().isBefore(deadline)) {
                            out.write(chunk);
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(new String(socket.getInputStream().readNBytes(STATUS_LINE_LENGTH), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 413 ");
        }
        assertThat(usedHeap() - before).isLessThan(MAX_HEAP_GROWTH_BYTES);
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Endpoints that remain would receive the events of other tests. */
    @AfterEach
    void deleteWebhooks() {
        for (Object id : AdminApi.request()
                .header("Fondaco-Consistency", "start")
                .get("/admin/v1/webhooks?limit=100")
                .jsonPath()
                .getList("data.id")) {
            AdminApi.request()
                    .header("If-Match", "*")
                    .delete("/admin/v1/webhooks/" + id)
                    .then()
                    .statusCode(204);
        }
    }

    private void send(
            OpenApiOperation openApiOperation, FuzzFixture fuzzFixture, String path, HostileBody hostileBody) {
        if (!isSampled()) {
            return;
        }
        HttpResponse<String> response = send(
                openApiOperation.method() + " " + path + " " + hostileBody,
                request(openApiOperation, fuzzFixture, path, hostileBody.bytes())
                        .setHeader("Fondaco-Signature", PaymentWebhookSender.signature(hostileBody.bytes())));
        if (response != null
                && hostileBody.mustBeRejected()
                && !openApiOperation.isProviderWebhook()
                && response.statusCode() < 400) {
            violations.add("%s returns %d for %s".formatted(openApiOperation, response.statusCode(), hostileBody));
        }
    }

    /** The first request of each operation is always sent, so that every operation is covered. */
    private boolean isSampled() {
        return statusCounts.isEmpty() || RANDOM.nextInt(SAMPLE_ONE_IN) == 0;
    }

    private void send(
            OpenApiOperation openApiOperation, FuzzFixture fuzzFixture, String path, Map<String, String> headers) {
        if (!isSampled()) {
            return;
        }
        byte[] body = openApiOperation.contentType().isEmpty()
                ? new byte[0]
                : openApiOperation.acceptsJson()
                        ? fuzzFixture
                                .withExistingIds(openApiOperation.example().toString())
                                .getBytes(StandardCharsets.UTF_8)
                        : openApiOperation.example().asText().getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder request = request(openApiOperation, fuzzFixture, path, body);
        headers.forEach(request::setHeader);
        send(openApiOperation.method() + " " + path + " " + headers, request);
    }

    private static HttpRequest.Builder request(
            OpenApiOperation openApiOperation, FuzzFixture fuzzFixture, String path, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + RestAssured.port + path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + fuzzFixture.bearerToken(openApiOperation))
                .header("If-Match", "*")
                .header("Idempotency-Key", "fuzz-" + requestCount++)
                .method(
                        openApiOperation.method(),
                        openApiOperation.contentType().isEmpty()
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofByteArray(body));
        openApiOperation.contentType().ifPresent(type -> request.header("Content-Type", type));
        return request;
    }

    private @Nullable HttpResponse<String> send(String description, HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
            statusCounts.merge(response.statusCode(), 1, Integer::sum);
            checkResponse(description, response);
            return response;
        } catch (IOException e) {
            violations.add(description + ": " + e);
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void checkResponse(String description, HttpResponse<String> response) {
        if (response.statusCode() < 400) {
            return;
        }
        String body = response.body();
        if (response.statusCode() >= 500) {
            violations.add("%s: %d %s".formatted(description, response.statusCode(), body));
        } else if (!response.headers().firstValue("Content-Type").orElse("").startsWith("application/problem+json")
                || !body.contains("\"code\":")) {
            violations.add("%s: not a problem response: %d %s".formatted(description, response.statusCode(), body));
        } else if (body.contains("io.fondaco") || body.contains("SELECT") || body.contains("Exception")) {
            violations.add("%s: exposes internals: %s".formatted(description, body));
        }
    }

    private static String query(OpenApiOperation openApiOperation, String hostileName, String hostile) {
        StringBuilder query = new StringBuilder();
        VALID_QUERY.forEach((name, value) -> {
            if (openApiOperation.parameters("query").contains(name) && !name.equals(hostileName)) {
                query.append(query.isEmpty() ? '?' : '&')
                        .append(name)
                        .append('=')
                        .append(value);
            }
        });
        if (!hostileName.isEmpty()) {
            query.append(query.isEmpty() ? '?' : '&')
                    .append(encoded(hostileName))
                    .append('=')
                    .append(hostile);
        }
        return query.toString();
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }
}
