package io.fondaco.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.IntegrationsProfile;
import io.fondaco.Operation;
import io.fondaco.checkout.Provider;
import io.fondaco.checkout.Staff;
import io.fondaco.fuzz.HostileBodies.Body;
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
 * Each operation of the contract with each thing that does not belong into each place of its path, parameters and body (matrix
 * row 20): never a 500, never long, a problem where it is refused, and what is no JSON is refused always.
 */
@QuarkusTest
@Order(Integer.MAX_VALUE)
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class ContractFuzzTest {
    private static final Logger LOG = Logger.getLogger(ContractFuzzTest.class);

    /** One request in so many is sent; {@code -Dfaults.fuzz=1} sends all, as {@code -Pfaults} does. */
    private static final int ONE_IN = Integer.getInteger("faults.fuzz", 10);

    /** Chooses the requests of a day: all of them are sent within a few weeks of builds. */
    private static final long SEED =
            Long.getLong("faults.seed", LocalDate.now(ZoneOffset.UTC).toEpochDay());

    private static final Random CHOICE = new Random(SEED);
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final long FLAT = 64L * 1024 * 1024;
    private static final int STATUS_LINE = 20;
    private static final int ENOUGH = 10;
    private static final Map<String, String> GOOD_QUERY =
            Map.of("kind", "stock", "currency", "EUR", "product_id", "product_00000000000000000000000000");

    /** As they stand in a URL. */
    private static final List<String> IN_URL = Stream.concat(
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

    private static final List<String> IN_HEADER = List.of(
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
    private static int asked;

    private final List<String> faults = new ArrayList<>();
    private final Map<Integer, Integer> answers = new TreeMap<>();

    static List<Operation> operations() {
        return Operation.committed();
    }

    static Stream<Operation> operationsWithJson() {
        return Operation.committed().stream().filter(Operation::takesJson);
    }

    @AfterAll
    static void close() {
        LOG.infof("%d requests, one in %d of all, seed %d", asked, ONE_IN, SEED);
        HTTP.close();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void whateverStandsInItsAddressAndHeaders(Operation operation) {
        Shop shop = new Shop();
        for (String name : operation.parameters("path")) {
            for (String hostile : IN_URL) {
                String path =
                        hostile.isEmpty() ? operation.path() : operation.path().replace("{" + name + "}", hostile);
                send(operation, shop, path.replaceAll("\\{[^}]*}", "x") + query(operation, "", ""), Map.of());
            }
        }
        String path = shop.path(operation);
        for (String name : operation.parameters("query")) {
            for (String hostile : IN_URL) {
                send(operation, shop, path + query(operation, name, hostile), Map.of());
            }
            send(operation, shop, path + query(operation, name, "1") + "&" + encoded(name) + "=2", Map.of());
        }
        for (String name : operation.parameters("header")) {
            for (String hostile : IN_HEADER) {
                send(operation, shop, path + query(operation, "", ""), Map.of(name, hostile));
            }
        }
        for (String hostile : IN_HEADER) {
            send(operation, shop, path + query(operation, "", ""), Map.of("Authorization", "Bearer " + hostile));
            send(operation, shop, path + query(operation, "", ""), Map.of("Content-Type", hostile));
        }
        assertThat(faults).isEmpty();
    }

    /** Parameters of a segment mean nothing to anybody here, so they would be a second name for everything. */
    @ParameterizedTest
    @MethodSource("operations")
    void segmentWithParametersIsRefused(Operation operation) {
        Shop shop = new Shop();
        String path = shop.path(operation);
        for (int end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
            for (String parameter : List.of(";", ";x", ";x=1", ";jsessionid=1;y")) {
                refuseSegment(operation, shop, path.substring(0, end) + parameter + path.substring(end));
            }
        }
        refuseSegment(operation, shop, path + ";x=1");
        assertThat(faults).isEmpty();
    }

    private void refuseSegment(Operation operation, Shop shop, String path) {
        if (isChosen()) {
            refuse(
                    operation.method() + " " + path,
                    request(operation, shop, path + query(operation, "", ""), new byte[0]));
        }
    }

    private void refuse(String where, HttpRequest.Builder request) {
        HttpResponse<String> answer = send(where, request);
        if (answer != null && answer.statusCode() < 400) {
            faults.add("%s answers %d".formatted(where, answer.statusCode()));
        }
    }

    @ParameterizedTest
    @MethodSource("paths")
    void methodThatNobodyMadeIsRefused(Operation operation) {
        Shop shop = new Shop();
        String path = shop.path(operation);
        for (String method : List.of("TRACE", "PROPFIND", "PURGE", "LOCK", "get", "X", "M-SEARCH")) {
            if (isChosen()) {
                refuse(
                        method + " " + operation.path(),
                        request(operation, shop, path, new byte[0]).method(method, BodyPublishers.noBody()));
            }
        }
        assertThat(faults).isEmpty();
    }

    /** One operation of each path. */
    static Stream<Operation> paths() {
        Map<String, Operation> byPath = new TreeMap<>();
        operations().forEach(operation -> byPath.putIfAbsent(operation.path(), operation));
        return byPath.values().stream();
    }

    @ParameterizedTest
    @ValueSource(strings = {"test", "stripe", "manual", "nobody"})
    void signatureThatNobodyMadeIsRefused(String provider) {
        Operation operation =
                operations().stream().filter(Operation::isOfProvider).findAny().orElseThrow();
        Shop shop = new Shop();
        String path = operation.path().replace("{provider}", provider);
        byte[] body = shop.of(operation.example().toString()).getBytes(StandardCharsets.UTF_8);
        for (String name : List.of("Fondaco-Signature", "Stripe-Signature")) {
            for (String hostile : IN_HEADER) {
                refuse(
                        "%s %s %s: %s".formatted(operation.method(), path, name, hostile),
                        request(operation, shop, path, body).setHeader(name, hostile));
            }
        }
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("operationsWithJson")
    void whateverStandsInItsBody(Operation operation) throws JsonProcessingException {
        Shop shop = new Shop();
        String path = shop.path(operation) + query(operation, "", "");
        JsonNode good = new ObjectMapper().readTree(shop.of(operation.example().toString()));
        for (Body body : HostileBodies.of(operation, good)) {
            send(operation, shop, path, body);
        }
        assertThat(faults).isEmpty();
        // A few requests out of many may all be good ones.
        if (ONE_IN == 1 || answers.values().stream().mapToInt(Integer::intValue).sum() > ENOUGH) {
            assertThat(answers.keySet())
                    .as("its body is looked at: %s", answers)
                    .containsAnyOf(operation.isOfProvider() ? new Integer[] {204} : new Integer[] {400, 422});
        }
    }

    /** A number without end: the pod keeps none of it, refuses it and hangs up, whatever the path. */
    @ParameterizedTest
    @ValueSource(
            strings = {"POST /store/v1/carts", "POST /admin/v1/products", "PUT /admin/v1/stock/{sku}/selling-policy"})
    void aBodyWithoutEndIsCutOff(String name) throws IOException {
        Operation operation = operationsWithJson()
                .filter(one -> one.toString().equals(name))
                .findAny()
                .orElseThrow();
        Shop shop = new Shop();
        long before = heap();
        try (Socket socket = new Socket("127.0.0.1", RestAssured.port)) {
            socket.setSoTimeout((int) LONGEST.toMillis());
            OutputStream out = socket.getOutputStream();
            out.write(
                    ("%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nIf-Match: *\r\nIdempotency-Key: endless-%d\r\n"
                                    + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{\"n\":1\r\n")
                            .formatted(operation.method(), shop.path(operation), shop.bearer(operation), asked++)
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = ("10000\r\n" + "9".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            Instant late = Instant.now().plus(LONGEST);
            assertThatThrownBy(() -> {
                        while (Instant.now().isBefore(late)) {
                            out.write(chunk);
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(new String(socket.getInputStream().readNBytes(STATUS_LINE), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 413 ");
        }
        assertThat(heap() - before).isLessThan(FLAT);
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Those that are still there would be told of what other tests sell. */
    @AfterEach
    void noWebhookIsLeft() {
        for (Object id : Staff.request()
                .header("Fondaco-Consistency", "start")
                .get("/admin/v1/webhooks?limit=100")
                .jsonPath()
                .getList("data.id")) {
            Staff.request()
                    .header("If-Match", "*")
                    .delete("/admin/v1/webhooks/" + id)
                    .then()
                    .statusCode(204);
        }
    }

    private void send(Operation operation, Shop shop, String path, Body body) {
        if (!isChosen()) {
            return;
        }
        HttpResponse<String> answer = send(
                operation.method() + " " + path + " " + body,
                request(operation, shop, path, body.bytes())
                        .setHeader("Fondaco-Signature", Provider.signature(body.bytes())));
        if (answer != null && body.refused() && !operation.isOfProvider() && answer.statusCode() < 400) {
            faults.add("%s answers %d to %s".formatted(operation, answer.statusCode(), body));
        }
    }

    /** The first of each operation always is, so that none goes without. */
    private boolean isChosen() {
        return answers.isEmpty() || CHOICE.nextInt(ONE_IN) == 0;
    }

    private void send(Operation operation, Shop shop, String path, Map<String, String> headers) {
        if (!isChosen()) {
            return;
        }
        byte[] body = operation.contentType().isEmpty()
                ? new byte[0]
                : operation.takesJson()
                        ? shop.of(operation.example().toString()).getBytes(StandardCharsets.UTF_8)
                        : operation.example().asText().getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder request = request(operation, shop, path, body);
        headers.forEach(request::setHeader);
        send(operation.method() + " " + path + " " + headers, request);
    }

    private static HttpRequest.Builder request(Operation operation, Shop shop, String path, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + RestAssured.port + path))
                .timeout(LONGEST)
                .header("Authorization", "Bearer " + shop.bearer(operation))
                .header("If-Match", "*")
                .header("Idempotency-Key", "fuzz-" + asked++)
                .method(
                        operation.method(),
                        operation.contentType().isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        operation.contentType().ifPresent(type -> request.header("Content-Type", type));
        return request;
    }

    private @Nullable HttpResponse<String> send(String where, HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
            answers.merge(answer.statusCode(), 1, Integer::sum);
            judge(where, answer);
            return answer;
        } catch (IOException e) {
            faults.add(where + ": " + e);
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void judge(String where, HttpResponse<String> answer) {
        if (answer.statusCode() < 400) {
            return;
        }
        String body = answer.body();
        if (answer.statusCode() >= 500) {
            faults.add("%s: %d %s".formatted(where, answer.statusCode(), body));
        } else if (!answer.headers().firstValue("Content-Type").orElse("").startsWith("application/problem+json")
                || !body.contains("\"code\":")) {
            faults.add("%s: no problem: %d %s".formatted(where, answer.statusCode(), body));
        } else if (body.contains("io.fondaco") || body.contains("SELECT") || body.contains("Exception")) {
            faults.add("%s: tells of the inside: %s".formatted(where, body));
        }
    }

    private static String query(Operation operation, String hostileName, String hostile) {
        StringBuilder query = new StringBuilder();
        GOOD_QUERY.forEach((name, value) -> {
            if (operation.parameters("query").contains(name) && !name.equals(hostileName)) {
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
