package io.fondaco.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.PostgresTestResource;
import io.fondaco.ShopDatabase;
import io.fondaco.platform.database.Connections;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.junit.QuarkusMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bootstrap key without {@code fondaco.access.bootstrap-key-always-accepted}, as in production. */
@QuarkusTest
class BootstrapKeyTest {
    private static final Duration KEY_CACHE_TTL = Duration.ofSeconds(1);

    @Inject
    BootstrapKey installedKey;

    @Inject
    Connections connections;

    @Inject
    ShopDatabase database;

    @BeforeEach
    void revokeAllKeys() throws Exception {
        database.execute("UPDATE access.api_key SET revoked_at = now() WHERE revoked_at IS NULL");
        QuarkusMock.installMockForInstance(bootstrapKeyOfPod(false), installedKey);
    }

    private BootstrapKey bootstrapKeyOfPod(boolean always) {
        return new BootstrapKey(
                new StubAccessSettings(always, KEY_CACHE_TTL), false, connections, new SimpleMeterRegistry());
    }

    @Test
    void bootstrapKeyIsRefusedWhileAnotherKeyWithKeysWriteIsValid() {
        createKey(Map.of("name", "reader", "scopes", List.of("keys:read", "catalog:write")));
        requestWithBootstrapKey().get("/admin/v1/api-keys").then().statusCode(200);
        Response other = createKey(Map.of("name", "administrator", "scopes", List.of("keys:write", "keys:read")));
        requestWithBootstrapKey()
                .get("/admin/v1/api-keys")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", equalTo("Bearer"))
                .contentType("application/problem+json")
                .body("code", equalTo("bootstrap_key_refused"))
                .body("detail", containsString("fondaco.access.bootstrap-key-always-accepted"));
        requestWithKey(other.path("secret"))
                .header("If-Match", "*")
                .delete("/admin/v1/api-keys/" + other.path("id"))
                .then()
                .statusCode(204);
        requestWithBootstrapKey().get("/admin/v1/api-keys").then().statusCode(200);
    }

    @Test
    void bootstrapKeyWorksAgainWhenTheLastOtherKeyHasExpired() {
        Instant end = Instant.now().plusSeconds(3);
        createKey(Map.of("name", "for now", "scopes", List.of("keys:write"), "expires_at", end.toString()));
        requestWithBootstrapKey().get("/admin/v1/api-keys").then().statusCode(401);
        await().atMost(Duration.ofSeconds(3).plus(KEY_CACHE_TTL).plusSeconds(5))
                .until(() -> requestWithBootstrapKey().get("/admin/v1/api-keys").statusCode() == 200);
        assertThat(Instant.now()).isAfter(end);
    }

    /** Another pod creates and revokes the keys: this pod is not notified, and queries again after key-cache-ttl. */
    @Test
    void otherPodsFollowWithinTheCacheTtl() throws Exception {
        BootstrapKey otherPod = bootstrapKeyOfPod(false);
        assertThat(otherPod.isRefused()).isFalse();
        Response key = createKey(Map.of("name", "administrator", "scopes", List.of("keys:write")));
        await().atMost(KEY_CACHE_TTL.plusSeconds(1)).until(otherPod::isRefused);
        requestWithKey(key.path("secret"))
                .header("If-Match", "*")
                .delete("/admin/v1/api-keys/" + key.path("id"))
                .then()
                .statusCode(204);
        await().atMost(KEY_CACHE_TTL.plusSeconds(1)).until(() -> !otherPod.isRefused());
    }

    @Test
    void bootstrapKeyIsAcceptedBesideOthersIfConfigured() throws Exception {
        createKey(Map.of("name", "administrator", "scopes", List.of("keys:write")));
        assertThat(bootstrapKeyOfPod(true).isRefused()).isFalse();
        assertThat(bootstrapKeyOfPod(false).isRefused()).isTrue();
    }

    private static Response createKey(Map<String, Object> key) {
        Response created = requestWithBootstrapKey().body(key).post("/admin/v1/api-keys");
        assertThat(created.statusCode()).isEqualTo(201);
        return created;
    }

    private static RequestSpecification requestWithBootstrapKey() {
        return requestWithKey(PostgresTestResource.ADMIN_KEY);
    }

    private static RequestSpecification requestWithKey(String secret) {
        return given().contentType("application/json").header("Authorization", "Bearer " + secret);
    }
}
