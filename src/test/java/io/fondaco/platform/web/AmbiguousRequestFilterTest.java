package io.fondaco.platform.web;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.fondaco.PostgresTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that are rejected before any other component, and headers of every response. Requests are written byte by
 * byte.
 */
@QuarkusTest
class AmbiguousRequestFilterTest {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final String KEY = "Authorization: Bearer " + PostgresTestResource.ADMIN_KEY + "\r\n";

    /** Roles, the admission gate, the cache and the actor of histories compare the path as it was sent. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/admin;x/v1/orders",
                "/admin/v1;x/api-keys",
                "/admin/v1/orders;x=1",
                "/store;x/v1/products?limit=1",
                "/store/v1;y/products",
                "/store/v1/products;x",
                "/store/v1/products/lamp;1",
                "/store/v1/carts;/x",
                "/q;x/metrics",
                "/;",
                "http://shop.example/admin;x/v1/orders"
            })
    void semicolonInAPathIsRejected(String target) throws IOException {
        String response = get(target, KEY);
        assertThat(response).startsWith("HTTP/1.1 400").contains("\"code\":\"invalid_path\"");
        assertThat(response).as("not from the cache").doesNotContain("Cache-Status");
    }

    @Test
    void encodedSemicolonIsPartOfTheSegment() throws IOException {
        assertThat(get("/admin%3Bx/v1/orders", KEY)).startsWith("HTTP/1.1 404");
        assertThat(get("/store/v1/products%3bx", "")).startsWith("HTTP/1.1 404");
        assertThat(get("/store/v1/products?sku=a;b&limit=1", "")).doesNotContain("invalid_path");
    }

    @Test
    void stockAdjustmentRecordsTheRealActor() throws IOException {
        given().contentType("application/json")
                .header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .body(Map.of("title", "Actor", "slug", "actor-cup", "variants", List.of(Map.of("sku", "ACTOR-CUP"))))
                .post("/admin/v1/products");
        String body = "{\"sku\":\"ACTOR-CUP\",\"delta\":3}";
        assertThat(post("/admin;x/v1/stock/adjustments", KEY + "Idempotency-Key: actor-1\r\n", body))
                .startsWith("HTTP/1.1 400");
        assertThat(post("/admin/v1/stock/adjustments", KEY + "Idempotency-Key: actor-2\r\n", body))
                .startsWith("HTTP/1.1 200");
        await().untilAsserted(() -> given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .get("/admin/v1/stock/ACTOR-CUP/history")
                .then()
                .statusCode(200)
                .body("data.actor", equalTo(List.of("bootstrap"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: chunked, xchunked\r\n",
                "Transfer-Encoding: chunked, chunked\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding: xchunked\r\nContent-Length: 28\r\n",
                "Transfer-Encoding: gzip, chunked\r\n"
            })
    void bodyOfAmbiguousLengthIsRejectedAndTheConnectionClosed(String headers) throws IOException {
        String response = send("POST /store/v1/carts HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + headers + "\r\n12\r\n{\"currency\":\"EUR\"}\r\n0\r\n\r\nGET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(response).startsWith("HTTP/1.1 400").doesNotContain("pong").doesNotContain("cart_token");
        assertThat(response.split("HTTP/1\\.1 ", -1))
                .as("responses: " + response)
                .hasSize(2);
    }

    @Test
    void chunkedBodyIsAccepted() throws IOException {
        assertThat(send("POST /store/v1/carts HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                        + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n"
                        + "{\"currency\":\"EUR\"}\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 201");
    }

    @Test
    void bodyWithAContentCodingIsRejected() throws IOException {
        assertThat(post("/store/v1/carts", "Content-Encoding: gzip\r\n", "{\"currency\":\"EUR\"}"))
                .startsWith("HTTP/1.1 415")
                .contains("unsupported_content_encoding");
        assertThat(post("/store/v1/carts", "Content-Encoding: identity\r\n", "{\"currency\":\"EUR\"}"))
                .startsWith("HTTP/1.1 201");
    }

    @Test
    void requestWithoutAHostIsRejected() throws IOException {
        assertThat(send("GET /store/v1/products?limit=7 HTTP/1.0\r\n\r\n"))
                .contains(" 400 ")
                .contains("host_required");
        assertThat(send("GET /q/health/ready HTTP/1.0\r\n\r\n")).contains(" 200 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/store/v1/products", "/ping", "/q/swagger-ui/", "/store/v1/nothing"})
    void everyResponseHasSecurityHeaders(String path) {
        given().get(path)
                .then()
                .header("X-Content-Type-Options", equalTo("nosniff"))
                .header("X-Frame-Options", equalTo("DENY"))
                .header("Content-Security-Policy", equalTo("frame-ancestors 'none'"))
                .header("Referrer-Policy", equalTo("no-referrer"));
    }

    @Test
    void storeAllowsConfiguredOriginsOnly() throws IOException {
        String allowed = get("/store/v1/products?limit=1", "Origin: https://shop.example\r\n");
        assertThat(header(allowed, "Access-Control-Allow-Origin")).isEqualTo("https://shop.example");
        assertThat(header(allowed, "Access-Control-Expose-Headers"))
                .contains("Fondaco-Consistency", "ETag", "Retry-After", "Idempotent-Replayed");
        assertThat(header(allowed, "Vary")).contains("Origin").containsIgnoringCase("Accept-Encoding");
        assertThat(allowed).doesNotContain("Access-Control-Allow-Credentials");
        String foreign = get("/store/v1/products?limit=1", "Origin: https://evil.example\r\n");
        assertThat(foreign).startsWith("HTTP/1.1 200").doesNotContain("Access-Control-Allow-Origin");
        assertThat(header(foreign, "Vary")).contains("Origin");
        assertThat(header(get("/store/v1/products?limit=1", ""), "Vary")).contains("Origin");
        assertThat(get("/admin/v1/orders", KEY + "Origin: https://shop.example\r\n"))
                .startsWith("HTTP/1.1 200")
                .doesNotContain("Access-Control-");
    }

    @Test
    void preflightOfAConfiguredOriginIsAllowed() throws IOException {
        String preflight = "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: idempotency-key\r\n";
        String allowed = request("OPTIONS", "/store/v1/carts", "Origin: https://shop.example\r\n" + preflight, "");
        assertThat(allowed).startsWith("HTTP/1.1 204");
        assertThat(header(allowed, "Access-Control-Allow-Methods")).contains("POST", "PATCH", "DELETE");
        assertThat(header(allowed, "Access-Control-Allow-Headers"))
                .contains("Authorization", "Idempotency-Key", "Fondaco-Consistency");
        assertThat(request("OPTIONS", "/store/v1/carts", "Origin: https://evil.example\r\n" + preflight, ""))
                .doesNotContain("Access-Control-Allow");
    }

    @Test
    void unknownMethodsAreCountedUnderOneLabel() throws IOException {
        for (int number = 0; number < 5; number++) {
            request("MADEUP" + number, "/store/v1/carts", "", "");
        }
        String metrics =
                given().get("/q/metrics").then().statusCode(200).extract().asString();
        assertThat(metrics).contains("method=\"_OTHER\"").doesNotContain("MADEUP");
    }

    @Test
    void invalidPathGetsAProblemWithItsCode() {
        given().urlEncodingEnabled(false)
                .get("/store/v1/products;x")
                .then()
                .statusCode(400)
                .contentType(startsWith("application/problem+json"))
                .body("code", equalTo("invalid_path"));
    }

    private static String header(String response, String name) {
        return response.lines()
                .takeWhile(line -> !line.isEmpty())
                .filter(line -> line.regionMatches(true, 0, name + ": ", 0, name.length() + 2))
                .map(line -> line.substring(name.length() + 2))
                .reduce("", (all, value) -> all.isEmpty() ? value : all + ", " + value);
    }

    private static String get(String target, String headers) throws IOException {
        return request("GET", target, headers, "");
    }

    private static String post(String target, String headers, String body) throws IOException {
        return request(
                "POST",
                target,
                headers + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n",
                body);
    }

    private static String request(String method, String target, String headers, String body) throws IOException {
        return send("%s %s HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n%s\r\n%s"
                .formatted(method, target, headers, body));
    }

    /**
     * Sends a request.
     *
     * @return everything that the server sends until it closes the connection
     */
    private static String send(String bytes) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", RestAssured.port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            OutputStream out = socket.getOutputStream();
            out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
