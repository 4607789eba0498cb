package io.fondaco.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.fondaco.PostgresTestResource;
import io.fondaco.ShopDatabase;
import io.fondaco.platform.database.Connections;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ApiKeyTest {
    private static final String CONSISTENCY_TOKEN_HEADER = "Fondaco-Consistency";

    @Inject
    ShopDatabase database;

    @Inject
    Connections connections;

    @Inject
    Vertx vertx;

    @Inject
    BootstrapKey bootstrapKey;

    @Inject
    ApiKeyLastUsedRecorder lastUsedRecorder;

    @Test
    void newKeyAllowsOnlyItsScopes() {
        String secret = createKey("reader", "catalog:read").path("secret");
        requestWithKey(secret).get("/admin/v1/products").then().statusCode(200);
        requestWithKey(secret)
                .body(Map.of("title", "x"))
                .post("/admin/v1/products")
                .then()
                .statusCode(403)
                .body("code", equalTo("forbidden"));
        requestWithKey(secret).get("/admin/v1/orders").then().statusCode(403);
    }

    @Test
    void revokedKeyIsRejected() {
        Response key = createKey("short-lived", "catalog:read");
        requestWithKey(key.path("secret")).get("/admin/v1/products").then().statusCode(200);
        requestAsAdmin()
                .header("If-Match", key.header("ETag"))
                .delete("/admin/v1/api-keys/" + key.path("id"))
                .then()
                .statusCode(204);
        requestWithKey(key.path("secret")).get("/admin/v1/products").then().statusCode(401);
    }

    @Test
    void expiredKeyIsRejected() {
        String secret = requestAsAdmin()
                .body(Map.of("name", "old", "scopes", List.of("catalog:read"), "expires_at", Instant.EPOCH.toString()))
                .post("/admin/v1/api-keys")
                .path("secret");
        requestWithKey(secret).get("/admin/v1/products").then().statusCode(401);
    }

    @Test
    void keyGrantsOnlyScopesThatItHolds() {
        String secret = createKey("key master", "keys:write").path("secret");
        requestWithKey(secret)
                .body(Map.of("name", "more", "scopes", List.of("orders:write")))
                .post("/admin/v1/api-keys")
                .then()
                .statusCode(403)
                .body("code", equalTo("scope_not_held"));
        requestWithKey(secret)
                .body(Map.of("name", "odd", "scopes", List.of("everything")))
                .post("/admin/v1/api-keys")
                .then()
                .statusCode(422)
                .body("code", equalTo("unknown_scope"));
    }

    @Test
    void keyIsChangedOnlyByCallersThatHoldAllItsScopes() {
        String keyMaster = createKey("key master", "keys:write").path("secret");
        Response stronger = createKey("stronger", "orders:write");
        String path = "/admin/v1/api-keys/" + stronger.path("id");
        for (Map<String, Object> change : List.<Map<String, Object>>of(
                Map.of("name", "mine"),
                Map.of("scopes", List.of("keys:write")),
                Map.of("expires_at", "2099-01-01T00:00:00Z"))) {
            requestWithKey(keyMaster)
                    .header("If-Match", "*")
                    .body(change)
                    .patch(path)
                    .then()
                    .statusCode(403)
                    .body("code", equalTo("scope_not_held"));
        }
        requestWithKey(keyMaster)
                .header("If-Match", "*")
                .delete(path)
                .then()
                .statusCode(403)
                .body("code", equalTo("scope_not_held"));
        requestWithKey(stronger.path("secret")).get("/admin/v1/products").then().statusCode(403);
        requestAsAdmin()
                .header("If-Match", "*")
                .body(Map.of("name", "still there"))
                .patch(path)
                .then()
                .statusCode(200);
    }

    @Test
    void keyCannotCreateOrExtendKeysBeyondItsOwnExpiry() {
        String end = Instant.now()
                .plus(Duration.ofHours(1))
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        Response expiring = createExpiringKey(end, "keys:write", "catalog:read");
        String secret = expiring.path("secret");
        String own = "/admin/v1/api-keys/" + expiring.path("id");
        for (String later : List.of("\"2099-01-01T00:00:00Z\"", "null")) {
            requestWithKey(secret)
                    .header("If-Match", "*")
                    .body("{\"expires_at\": " + later + "}")
                    .patch(own)
                    .then()
                    .statusCode(403)
                    .body("code", equalTo("expires_after_caller"));
        }
        requestWithKey(secret)
                .body(Map.of("name", "child", "scopes", List.of("catalog:read")))
                .post("/admin/v1/api-keys")
                .then()
                .statusCode(403)
                .body("code", equalTo("expires_after_caller"));
        requestWithKey(secret)
                .body(Map.of("name", "child", "scopes", List.of("catalog:read"), "expires_at", end))
                .post("/admin/v1/api-keys")
                .then()
                .statusCode(201);
        String sooner = Instant.now()
                .plus(Duration.ofMinutes(30))
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        requestWithKey(secret)
                .header("If-Match", "*")
                .body(Map.of("expires_at", sooner))
                .patch(own)
                .then()
                .statusCode(200)
                .body("expires_at", equalTo(sooner));
    }

    @Test
    void expiredKeyCannotBeExtendedByAKeyThatExpires() {
        Response expired = createExpiringKey(Instant.EPOCH.toString(), "catalog:read");
        String secret = createExpiringKey(
                        Instant.now().plus(Duration.ofHours(1)).toString(), "keys:write", "catalog:read")
                .path("secret");
        requestWithKey(secret)
                .header("If-Match", "*")
                .body(Map.of("expires_at", "2099-01-01T00:00:00Z"))
                .patch("/admin/v1/api-keys/" + expired.path("id"))
                .then()
                .statusCode(403);
        requestWithKey(expired.path("secret")).get("/admin/v1/products").then().statusCode(401);
    }

    @Test
    void nullRemovesAnExpiryAndAnAbsentFieldDoesNot() {
        Response key = createExpiringKey("2099-01-01T00:00:00Z", "catalog:read");
        String path = "/admin/v1/api-keys/" + key.path("id");
        requestAsAdmin()
                .header("If-Match", "*")
                .body(Map.of("name", "renamed"))
                .patch(path)
                .then()
                .statusCode(200)
                .body("expires_at", equalTo("2099-01-01T00:00:00Z"));
        requestAsAdmin()
                .header("If-Match", "*")
                .body("{\"expires_at\": null}")
                .patch(path)
                .then()
                .statusCode(200)
                .body("expires_at", equalTo(null));
        requestAsAdmin()
                .header("If-Match", "*")
                .body("{\"expires_at\": \"tomorrow\"}")
                .patch(path)
                .then()
                .statusCode(400)
                .body("code", equalTo("wrong_type"))
                .body("errors[0].pointer", equalTo("/expires_at"));
    }

    /** A lookup that read the key before it was revoked must not put it back into the cache. */
    @Test
    void revokedKeyIsRefusedImmediatelyWhileItIsInUse() throws Exception {
        for (int round = 0; round < 10; round++) {
            Response key = createKey("busy", "catalog:read");
            String secret = key.path("secret");
            AtomicBoolean stop = new AtomicBoolean();
            try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int client = 0; client < 3; client++) {
                    clients.submit(() -> {
                        while (!stop.get()) {
                            requestWithKey(secret).get("/admin/v1/products?limit=1");
                        }
                    });
                }
                requestAsAdmin()
                        .header("If-Match", "*")
                        .delete("/admin/v1/api-keys/" + key.path("id"))
                        .then()
                        .statusCode(204);
                for (int repetition = 0; repetition < 5; repetition++) {
                    requestWithKey(secret)
                            .get("/admin/v1/products?limit=1")
                            .then()
                            .statusCode(401);
                }
                stop.set(true);
            }
        }
    }

    /** The key is in the cache of the pod for longer than it is valid. */
    @Test
    void cachedKeyIsRefusedFromItsExpiryOn() {
        Instant end = Instant.now().plusSeconds(3);
        String secret = createExpiringKey(end.toString(), "catalog:read").path("secret");
        requestWithKey(secret).get("/admin/v1/products?limit=1").then().statusCode(200);
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> !Instant.now().isBefore(end));
        requestWithKey(secret).get("/admin/v1/products?limit=1").then().statusCode(401);
    }

    @Test
    void fullCacheForgetsOnlyAsManyKeysAsAreTooMany() throws Exception {
        int limit = ApiKeyAuthenticator.MAX_CACHED_KEYS;
        ApiKeyAuthenticator authenticator = authenticator(Duration.ofMinutes(10));
        database.execute("""
                INSERT INTO access.api_key (id, name, hash, hint, scopes)
                SELECT gen_random_uuid(), 'one of many', sha256(convert_to('fk_one_of_many_' || n, 'UTF8')), '', '{}'
                  FROM generate_series(1, %d) AS n
                """.formatted(limit + 3));
        List<String> secrets = IntStream.rangeClosed(1, limit + 3)
                .mapToObj(number -> "fk_one_of_many_" + number)
                .toList();
        for (String secret : secrets) {
            assertThat(authenticator.authenticate(secret)).isPresent();
        }
        await().atMost(Duration.ofSeconds(10))
                .until(() -> secrets.stream().filter(authenticator::isCached).count() == limit);
        assertThat(secrets.stream().filter(authenticator::isCachedValid).count())
                .isEqualTo(limit);
        database.execute("DELETE FROM access.api_key WHERE name = 'one of many'");
    }

    /** So its next lookup does not compete with those of unknown keys. */
    @Test
    void keyStaysKnownWhenItIsNoLongerTrusted() throws Exception {
        ApiKeyAuthenticator authenticator = authenticator(Duration.ZERO);
        String secret = createKey("trusted for no time", "catalog:read").path("secret");
        assertThat(authenticator.isCached(secret)).isFalse();
        assertThat(authenticator.authenticate(secret)).isPresent();
        assertThat(authenticator.isCached(secret)).isTrue();
        assertThat(authenticator.isCachedValid(secret)).isFalse();
        database.execute("UPDATE access.api_key SET revoked_at = now() WHERE name = 'trusted for no time'");
        assertThat(authenticator.authenticate(secret)).isEmpty();
        assertThat(authenticator.isCached(secret)).isFalse();
    }

    private ApiKeyAuthenticator authenticator(Duration keyCacheTtl) {
        return new ApiKeyAuthenticator(
                connections,
                new StubAccessSettings(true, keyCacheTtl),
                bootstrapKey,
                new ApiKeyLastUsedRecorder(connections, Duration.ofMinutes(1), vertx));
    }

    @Test
    void keyRecordsItsCreator() {
        Response creator = createKey("creator", "keys:write", "keys:read", "catalog:read");
        creator.then().body("created_by", equalTo("bootstrap"));
        Response child = createKeyAs(creator, "keys:write", "catalog:read");
        child.then().body("created_by", equalTo(creator.path("id")));
        requestWithKey(creator.path("secret"))
                .header(CONSISTENCY_TOKEN_HEADER, child.header(CONSISTENCY_TOKEN_HEADER))
                .get("/admin/v1/api-keys/" + child.path("id"))
                .then()
                .statusCode(200)
                .body("created_by", equalTo(creator.path("id")));
    }

    @Test
    void cascadeRevokesAllDescendantsAndNothingElse() {
        Response root = createKey("root", "keys:write", "catalog:read");
        Response child = createKeyAs(root, "keys:write", "catalog:read");
        Response grandchild = createKeyAs(child, "catalog:read");
        Response unrelated = createKey("unrelated", "catalog:read");
        // A key in the chain that was revoked before does not protect its descendants.
        requestAsAdmin()
                .header("If-Match", "*")
                .delete("/admin/v1/api-keys/" + child.path("id"))
                .then()
                .statusCode(204);
        requestWithKey(grandchild.path("secret"))
                .get("/admin/v1/products?limit=1")
                .then()
                .statusCode(200);
        Response end = requestAsAdmin()
                .header("If-Match", "*")
                .delete("/admin/v1/api-keys/" + root.path("id") + "?cascade=true");
        assertThat(end.statusCode()).isEqualTo(204);
        for (Response revoked : List.of(root, child, grandchild)) {
            requestWithKey(revoked.path("secret"))
                    .get("/admin/v1/products?limit=1")
                    .then()
                    .statusCode(401);
            requestAsAdmin()
                    .header(CONSISTENCY_TOKEN_HEADER, end.header(CONSISTENCY_TOKEN_HEADER))
                    .get("/admin/v1/api-keys/" + revoked.path("id"))
                    .then()
                    .body("revoked_at", notNullValue());
        }
        requestWithKey(unrelated.path("secret"))
                .get("/admin/v1/products?limit=1")
                .then()
                .statusCode(200);
    }

    @Test
    void cascadeRevokesNothingWhenTheCallerLacksAScopeOfAKeyFurtherDown() throws Exception {
        Response root = createKey("root", "keys:write");
        Response child = createKeyAs(root, "keys:write");
        requestAsAdmin()
                .header("If-Match", "*")
                .body(Map.of("scopes", List.of("keys:write", "orders:read")))
                .patch("/admin/v1/api-keys/" + child.path("id"))
                .then()
                .statusCode(200);
        requestWithKey(createKey("key master", "keys:write").path("secret"))
                .header("If-Match", "*")
                .delete("/admin/v1/api-keys/" + root.path("id") + "?cascade=true")
                .then()
                .statusCode(403)
                .body("code", equalTo("scope_not_held"));
        assertThat(database.query("SELECT revoked_at FROM access.api_key WHERE id = '"
                        + ApiKeyId.parse(root.path("id")).value() + "'"))
                .isNull();
    }

    /** A pod that still caches a revoked key must not let it create another key, which the cascade would not find. */
    @Test
    void revokedKeyCannotCreateKeysWhileThePodStillCachesIt() throws Exception {
        Response creator = createKey("creator", "keys:write", "catalog:read");
        requestWithKey(creator.path("secret"))
                .get("/admin/v1/products?limit=1")
                .then()
                .statusCode(200);
        database.execute("UPDATE access.api_key SET revoked_at = now() WHERE id = '"
                + ApiKeyId.parse(creator.path("id")).value() + "'");
        requestWithKey(creator.path("secret"))
                .body(Map.of("name", "late", "scopes", List.of("catalog:read")))
                .post("/admin/v1/api-keys")
                .then()
                .statusCode(401);
    }

    @Test
    void lastUseIsRecordedWithoutChangingTheEtag() {
        Response key = createKey("used", "catalog:read");
        key.then().body("last_used_at", equalTo(null));
        Instant before = Instant.now().minusMillis(1);
        requestWithKey(key.path("secret"))
                .get("/admin/v1/products?limit=1")
                .then()
                .statusCode(200);
        lastUsedRecorder.flush();
        Response usedKey = await().atMost(Duration.ofSeconds(10))
                .until(
                        () -> requestAsAdmin().get("/admin/v1/api-keys/" + key.path("id")),
                        response -> response.statusCode() == 200 && response.path("last_used_at") != null);
        assertThat(Instant.parse(usedKey.path("last_used_at"))).isBetween(before, Instant.now());
        assertThat(usedKey.header("ETag")).isEqualTo(key.header("ETag"));
    }

    @Test
    void useIsWrittenAfterTheInterval() throws Exception {
        UUID key =
                ApiKeyId.parse(createKey("written", "catalog:read").path("id")).value();
        new ApiKeyLastUsedRecorder(connections, Duration.ofMillis(100), vertx).recordUse(key);
        await().atMost(Duration.ofSeconds(10)).until(() -> lastUsedAt(key) != null);
    }

    @Test
    void useIsWrittenAtMostOncePerInterval() throws Exception {
        UUID key = ApiKeyId.parse(createKey("busy", "catalog:read").path("id")).value();
        ApiKeyLastUsedRecorder recorder = new ApiKeyLastUsedRecorder(connections, Duration.ofMinutes(1), vertx);
        recorder.recordUse(key);
        recorder.flush();
        String first = lastUsedAt(key);
        assertThat(first).isNotNull();
        recorder.recordUse(key);
        recorder.flush();
        assertThat(lastUsedAt(key)).isEqualTo(first);
        database.execute("UPDATE access.api_key SET last_used_at = last_used_at - interval '2 minutes' WHERE id = '"
                + key + "'");
        recorder.recordUse(key);
        recorder.flush();
        assertThat(lastUsedAt(key)).isGreaterThan(first);
    }

    @Test
    void useThatCouldNotBeWrittenIsWrittenLater() throws Exception {
        UUID key =
                ApiKeyId.parse(createKey("unlucky", "catalog:read").path("id")).value();
        ApiKeyLastUsedRecorder recorder = new ApiKeyLastUsedRecorder(connections, Duration.ofMillis(50), vertx);
        database.withFailingWrites("access.api_key", "NEW.name = 'unlucky'", "57014", 1, () -> {
            recorder.recordUse(key);
            await().until(() -> lastUsedAt(key) != null);
        });
    }

    private String lastUsedAt(UUID key) throws Exception {
        return database.query("SELECT last_used_at FROM access.api_key WHERE id = '" + key + "'");
    }

    @Test
    void bootstrapKeyNeeds32CharactersOutsideTheEmbeddedCluster() {
        assertThatThrownBy(() -> BootstrapKey.requireStrongKey(Optional.of("a"), false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("32");
        assertThatThrownBy(() -> BootstrapKey.requireStrongKey(Optional.of("a".repeat(31)), false))
                .isInstanceOf(IllegalStateException.class);
        BootstrapKey.requireStrongKey(Optional.of("a".repeat(32)), false);
        BootstrapKey.requireStrongKey(Optional.of("fk_local_admin"), true);
        BootstrapKey.requireStrongKey(Optional.empty(), false);
        assertThat(given().get("/q/metrics").asString())
                .containsPattern("fondaco_access_bootstrap_key(\\{[^}]*})? 1\\.0");
    }

    @Test
    void secretIsReturnedOnlyOnCreation() {
        Response key = createKey("once", "catalog:read");
        String secret = key.path("secret");
        assertThat(secret).startsWith("fk_");
        String list = requestAsAdmin().get("/admin/v1/api-keys?limit=100").asString();
        assertThat(list).doesNotContain(secret).doesNotContain("hash");
    }

    @Test
    void stockAdjustmentIsAppliedOncePerIdempotencyKey() {
        requestAsAdmin()
                .body(Map.of("title", "Once", "slug", "once-only", "variants", List.of(Map.of("sku", "ONCE-ONLY"))))
                .post("/admin/v1/products");
        Map<String, Object> body = Map.of("sku", "ONCE-ONLY", "delta", 7);
        Response first =
                requestAsAdmin().header("Idempotency-Key", "once-1").body(body).post("/admin/v1/stock/adjustments");
        Response second =
                requestAsAdmin().header("Idempotency-Key", "once-1").body(body).post("/admin/v1/stock/adjustments");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(second.asString()).isEqualTo(first.asString());
        assertThat(second.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat((int) second.path("on_hand")).isEqualTo(7);
        requestAsAdmin()
                .header("Idempotency-Key", "once-1")
                .body(Map.of("sku", "ONCE-ONLY", "delta", 8))
                .post("/admin/v1/stock/adjustments")
                .then()
                .statusCode(422)
                .body("code", equalTo("idempotency_key_reused"));
        requestAsAdmin()
                .body(body)
                .post("/admin/v1/stock/adjustments")
                .then()
                .statusCode(400)
                .body("code", equalTo("idempotency_key_required"));
    }

    private static Response createKey(String name, String... scopes) {
        Response key = requestAsAdmin()
                .body(Map.of("name", name, "scopes", List.of(scopes)))
                .post("/admin/v1/api-keys");
        assertThat(key.statusCode()).isEqualTo(201);
        return key;
    }

    private static Response createKeyAs(Response creator, String... scopes) {
        Response key = requestWithKey(creator.path("secret"))
                .body(Map.of("name", "child", "scopes", List.of(scopes)))
                .post("/admin/v1/api-keys");
        assertThat(key.statusCode()).isEqualTo(201);
        return key;
    }

    private static Response createExpiringKey(String end, String... scopes) {
        Response key = requestAsAdmin()
                .body(Map.of("name", "until", "scopes", List.of(scopes), "expires_at", end))
                .post("/admin/v1/api-keys");
        assertThat(key.statusCode()).isEqualTo(201);
        return key;
    }

    private static RequestSpecification requestAsAdmin() {
        return requestWithKey(PostgresTestResource.ADMIN_KEY);
    }

    private static RequestSpecification requestWithKey(String secret) {
        return given().contentType("application/json").header("Authorization", "Bearer " + secret);
    }
}
