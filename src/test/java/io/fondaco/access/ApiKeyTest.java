package io.fondaco.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ClusterForTests;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ApiKeyTest {
    @Test
    void aKeyOpensWhatItsScopesSayAtOnceAndNothingElse() {
        String secret = make("reader", "catalog:read").path("secret");
        as(secret).get("/admin/v1/products").then().statusCode(200);
        as(secret)
                .body(Map.of("title", "x"))
                .post("/admin/v1/products")
                .then()
                .statusCode(403)
                .body("code", equalTo("forbidden"));
        as(secret).get("/admin/v1/orders").then().statusCode(403);
    }

    @Test
    void aRevokedKeyOpensNothing() {
        Response key = make("short-lived", "catalog:read");
        as(key.path("secret")).get("/admin/v1/products").then().statusCode(200);
        admin().header("If-Match", key.header("ETag"))
                .delete("/admin/v1/api-keys/" + key.path("id"))
                .then()
                .statusCode(204);
        as(key.path("secret")).get("/admin/v1/products").then().statusCode(401);
    }

    @Test
    void anExpiredKeyOpensNothing() {
        String secret = admin().body(Map.of(
                        "name", "old", "scopes", List.of("catalog:read"), "expires_at", Instant.EPOCH.toString()))
                .post("/admin/v1/api-keys")
                .path("secret");
        as(secret).get("/admin/v1/products").then().statusCode(401);
    }

    @Test
    void nobodyGrantsWhatTheyDoNotHold() {
        String secret = make("key master", "keys:write").path("secret");
        as(secret)
                .body(Map.of("name", "more", "scopes", List.of("orders:write")))
                .post("/admin/v1/api-keys")
                .then()
                .statusCode(403)
                .body("code", equalTo("scope_not_held"));
        as(secret)
                .body(Map.of("name", "odd", "scopes", List.of("everything")))
                .post("/admin/v1/api-keys")
                .then()
                .statusCode(422)
                .body("code", equalTo("unknown_scope"));
    }

    @Test
    void theSecretIsShownOnceAndNeverAgain() {
        Response key = make("once", "catalog:read");
        String secret = key.path("secret");
        assertThat(secret).startsWith("fk_");
        String list = admin().get("/admin/v1/api-keys?limit=100").asString();
        assertThat(list).doesNotContain(secret).doesNotContain("hash");
    }

    @Test
    void oneAdjustmentPerIdempotencyKey() {
        admin().body(Map.of("title", "Once", "slug", "once-only", "variants", List.of(Map.of("sku", "ONCE-ONLY"))))
                .post("/admin/v1/products");
        Map<String, Object> body = Map.of("sku", "ONCE-ONLY", "delta", 7);
        Response first = admin().header("Idempotency-Key", "once-1").body(body).post("/admin/v1/stock/adjustments");
        Response second = admin().header("Idempotency-Key", "once-1").body(body).post("/admin/v1/stock/adjustments");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(second.asString()).isEqualTo(first.asString());
        assertThat(second.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat((int) second.path("on_hand")).isEqualTo(7);
        admin().header("Idempotency-Key", "once-1")
                .body(Map.of("sku", "ONCE-ONLY", "delta", 8))
                .post("/admin/v1/stock/adjustments")
                .then()
                .statusCode(422)
                .body("code", equalTo("idempotency_key_reused"));
        admin().body(body)
                .post("/admin/v1/stock/adjustments")
                .then()
                .statusCode(400)
                .body("code", equalTo("idempotency_key_required"));
    }

    private static Response make(String name, String... scopes) {
        Response key =
                admin().body(Map.of("name", name, "scopes", List.of(scopes))).post("/admin/v1/api-keys");
        assertThat(key.statusCode()).isEqualTo(201);
        return key;
    }

    private static RequestSpecification admin() {
        return as(ClusterForTests.ADMIN_KEY);
    }

    private static RequestSpecification as(String secret) {
        return given().contentType("application/json").header("Authorization", "Bearer " + secret);
    }
}
