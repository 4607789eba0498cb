package io.fondaco.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ClusterForTests;
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
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bootstrap key where {@code fondaco.access.bootstrap-key-always} is not set, as in production. */
@QuarkusTest
class BootstrapKeyTest {
    private static final Duration BOUND = Duration.ofSeconds(1);

    @Inject
    BootstrapKey configured;

    @Inject
    Connections connections;

    @Inject
    ShopDatabase database;

    private record Settings(boolean bootstrapKeyAlways) implements AccessSettings {
        @Override
        public Optional<String> bootstrapKey() {
            return Optional.of(ClusterForTests.ADMIN_KEY);
        }

        @Override
        public Duration keyCacheTtl() {
            return BOUND;
        }

        @Override
        public Duration lastUsedInterval() {
            return Duration.ofMinutes(1);
        }

        @Override
        public int strangersAtATime() {
            return 1;
        }

        @Override
        public int keyCacheSize() {
            return 10;
        }
    }

    @BeforeEach
    void noOtherKeyIsValid() throws Exception {
        database.execute("UPDATE access.api_key SET revoked_at = now() WHERE revoked_at IS NULL");
        QuarkusMock.installMockForInstance(pod(false), configured);
    }

    private BootstrapKey pod(boolean always) {
        return new BootstrapKey(new Settings(always), false, connections, new SimpleMeterRegistry());
    }

    @Test
    void bootstrapKeyIsRefusedWhileAnotherKeyWithKeysWriteIsValid() {
        make(Map.of("name", "reader", "scopes", List.of("keys:read", "catalog:write")));
        bootstrap().get("/admin/v1/api-keys").then().statusCode(200);
        Response other = make(Map.of("name", "administrator", "scopes", List.of("keys:write", "keys:read")));
        bootstrap()
                .get("/admin/v1/api-keys")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", equalTo("Bearer"))
                .contentType("application/problem+json")
                .body("code", equalTo("bootstrap_key_refused"))
                .body("detail", containsString("fondaco.access.bootstrap-key-always"));
        as(other.path("secret"))
                .header("If-Match", "*")
                .delete("/admin/v1/api-keys/" + other.path("id"))
                .then()
                .statusCode(204);
        bootstrap().get("/admin/v1/api-keys").then().statusCode(200);
    }

    @Test
    void bootstrapKeyWorksAgainWhenTheLastOtherKeyHasExpired() {
        Instant end = Instant.now().plusSeconds(3);
        make(Map.of("name", "for now", "scopes", List.of("keys:write"), "expires_at", end.toString()));
        bootstrap().get("/admin/v1/api-keys").then().statusCode(401);
        await().atMost(Duration.ofSeconds(3).plus(BOUND).plusSeconds(5))
                .until(() -> bootstrap().get("/admin/v1/api-keys").statusCode() == 200);
        assertThat(Instant.now()).isAfter(end);
    }

    /** Another pod makes and revokes the keys: this one is told nothing, and looks again after key-cache-ttl. */
    @Test
    void everyPodFollowsWithinTheStatedBound() throws Exception {
        BootstrapKey otherPod = pod(false);
        assertThat(otherPod.isRefused()).isFalse();
        Response key = make(Map.of("name", "administrator", "scopes", List.of("keys:write")));
        await().atMost(BOUND.plusSeconds(1)).until(otherPod::isRefused);
        as(key.path("secret"))
                .header("If-Match", "*")
                .delete("/admin/v1/api-keys/" + key.path("id"))
                .then()
                .statusCode(204);
        await().atMost(BOUND.plusSeconds(1)).until(() -> !otherPod.isRefused());
    }

    @Test
    void bootstrapKeyIsAcceptedBesideOthersWhereConfigured() throws Exception {
        make(Map.of("name", "administrator", "scopes", List.of("keys:write")));
        assertThat(pod(true).isRefused()).isFalse();
        assertThat(pod(false).isRefused()).isTrue();
    }

    private static Response make(Map<String, Object> key) {
        Response made = bootstrap().body(key).post("/admin/v1/api-keys");
        assertThat(made.statusCode()).isEqualTo(201);
        return made;
    }

    private static RequestSpecification bootstrap() {
        return as(ClusterForTests.ADMIN_KEY);
    }

    private static RequestSpecification as(String secret) {
        return given().contentType("application/json").header("Authorization", "Bearer " + secret);
    }
}
