package io.fondaco.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.fondaco.PostgresTestResource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Responses of admin paths to requests without a valid key, over HTTP. */
@QuarkusTest
class AdminAuthenticationFilterTest {
    /** More than the places of the admin API in a pod, which are 24. */
    private static final int UNKNOWN_KEY_REQUESTS = 40;

    private static final int MAX_UNKNOWN_KEY_LOOKUPS = AdminAuthenticationFilter.MAX_UNKNOWN_KEY_LOOKUPS;

    private final javax.sql.DataSource primary;

    AdminAuthenticationFilterTest(@DataSource("primary") javax.sql.DataSource primary) {
        this.primary = primary;
    }

    @Test
    void optionsWithoutAKeyListsNoMethods() {
        assertUnauthorized(given().options("/admin/v1/products")).header("Allow", nullValue());
        requestAsAdmin().options("/admin/v1/products").then().statusCode(200).header("Allow", containsString("POST"));
        given().options("/store/v1/products").then().statusCode(200).header("Allow", containsString("GET"));
    }

    @Test
    void requestsWithoutAKeyDoNotRevealPathsMethodsOrContentTypes() {
        assertUnauthorized(given().contentType("text/plain").body("x").post("/admin/v1/products"));
        assertUnauthorized(given().put("/admin/v1/products"));
        assertUnauthorized(given().get("/admin/v1/no-such-thing"));
        assertUnauthorized(
                requestWithKey("fk_nobody").contentType("text/plain").body("x").post("/admin/v1/products"));
        requestAsAdmin()
                .contentType("text/plain")
                .body("x")
                .post("/admin/v1/products")
                .then()
                .statusCode(415);
        requestAsAdmin().put("/admin/v1/products").then().statusCode(405);
        requestAsAdmin().get("/admin/v1/no-such-thing").then().statusCode(404);
    }

    @Test
    void bodyWithoutAValidKeyIsNotRead() {
        assertUnauthorized(given().contentType("application/json")
                .body("x".repeat(1_000_000))
                .post("/admin/v1/products"));
        assertUnauthorized(given().contentType("text/csv")
                .body("x".repeat(1_000_000))
                .post("/admin/v1/imports?kind=products&format=fondaco"));
        requestAsAdmin()
                .contentType("application/json")
                .body("x".repeat(1_000_000))
                .post("/admin/v1/products")
                .then()
                .statusCode(413);
    }

    /** Lookups of unknown keys block, because the table of keys is locked. */
    @Test
    void unknownKeysDoNotTakeThePlacesOfTheAdminApi() throws Exception {
        String secret = requestAsAdmin()
                .contentType("application/json")
                .body(Map.of("name", "known", "scopes", List.of("catalog:read")))
                .post("/admin/v1/api-keys")
                .path("secret");
        List<Future<Response>> unknownKeyResponses = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
                Connection connection = primary.getConnection();
                Statement statement = connection.createStatement()) {
            requestWithKey(secret).get("/admin/v1/products?limit=1").then().statusCode(200);
            connection.setAutoCommit(false);
            try {
                statement.execute("LOCK TABLE access.api_key IN ACCESS EXCLUSIVE MODE");
                for (int index = 0; index < UNKNOWN_KEY_REQUESTS; index++) {
                    String key = "fk_unknown_" + index;
                    unknownKeyResponses.add(
                            clients.submit(() -> requestWithKey(key).get("/admin/v1/products?limit=1")));
                }
                // For less than key-cache-ttl, so that the known key needs no lookup itself.
                await().atMost(Duration.ofSeconds(4)).until(() -> {
                    requestWithKey(secret)
                            .get("/admin/v1/products?limit=1")
                            .then()
                            .statusCode(200);
                    return unknownKeyResponses.stream().filter(Future::isDone).count()
                            >= UNKNOWN_KEY_REQUESTS - MAX_UNKNOWN_KEY_LOOKUPS;
                });
                assertThat(unknownKeyResponses.stream().filter(Future::isDone).count())
                        .isEqualTo(UNKNOWN_KEY_REQUESTS - MAX_UNKNOWN_KEY_LOOKUPS);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
        List<Integer> statuses = new ArrayList<>();
        for (Future<Response> future : unknownKeyResponses) {
            Response response = future.get();
            statuses.add(response.statusCode());
            if (response.statusCode() == 503) {
                response.then().body("code", equalTo("overloaded")).header("Retry-After", equalTo("1"));
            }
        }
        assertThat(statuses)
                .filteredOn(status -> status == 503)
                .hasSize(UNKNOWN_KEY_REQUESTS - MAX_UNKNOWN_KEY_LOOKUPS);
        assertThat(statuses).filteredOn(status -> status == 401).hasSize(MAX_UNKNOWN_KEY_LOOKUPS);
        assertThat(given().get("/q/metrics").asString()).contains("fondaco_access_refused_total{reason=\"too_many\"");
    }

    private static io.restassured.response.ValidatableResponse assertUnauthorized(Response response) {
        return response.then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", equalTo("Bearer"))
                .header("Request-Id", notNullValue())
                .body("code", equalTo("unauthorized"));
    }

    private static RequestSpecification requestAsAdmin() {
        return requestWithKey(PostgresTestResource.ADMIN_KEY);
    }

    private static RequestSpecification requestWithKey(String secret) {
        return given().header("Authorization", "Bearer " + secret);
    }
}
