package io.fondaco.platform.database;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

@QuarkusTest
class RouteTest {
    private final RouteTestResource.NestedCalls jobs;

    RouteTest(RouteTestResource.NestedCalls jobs) {
        this.jobs = jobs;
    }

    @Test
    void backgroundWorkUsesItsDeclaredRouteAndElseThePrimary() throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            assertThat(thread.submit(jobs::readAsReplicaJob).get()).isEqualTo("replica");
            assertThat(thread.submit(jobs::readAsUndeclaredJob).get()).isEqualTo("primary");
        }
    }

    @Test
    void getReadsTheReplica() {
        when().get("/test/route/read").then().statusCode(200).body(equalTo("replica"));
    }

    @Test
    void neitherTransactionNorNestedTransactionChangesTheRoute() {
        when().get("/test/route/read-in-transaction").then().statusCode(200).body(equalTo("replica replica"));
    }

    @Test
    void annotationSendsAGetToThePrimary() {
        when().get("/test/route/read-own-writes").then().statusCode(200).body(equalTo("primary"));
    }

    @Test
    void postGoesToThePrimary() {
        given().post("/test/route/write").then().statusCode(200).body(equalTo("primary primary"));
    }

    @Test
    void writeOnTheReplicaRouteFailsAndDoesNotReachThePrimary() {
        when().get("/test/route/write-where-only-reading-is-allowed")
                .then()
                .statusCode(500)
                .body("code", equalTo("internal_error"));
    }

    @Test
    void incompleteConfigurationIsRefusedWithTheMissingSettings() {
        assertThatThrownBy(() -> DatabaseSelection.resolve(
                        config(Map.of("fondaco.database.primary-url", "jdbc:postgresql://a:1/b"))))
                .isInstanceOf(DatabaseSelection.IncompleteConfiguration.class)
                .hasMessageContaining("FONDACO_DATABASE_USERNAME and FONDACO_DATABASE_PASSWORD");
        assertThatThrownBy(() -> DatabaseSelection.resolve(
                        config(Map.of("fondaco.database.replica-urls", "jdbc:postgresql://a:1/b"))))
                .isInstanceOf(DatabaseSelection.IncompleteConfiguration.class)
                .hasMessageContaining("FONDACO_DATABASE_PRIMARY_URL");
    }

    @Test
    void imageWithoutADatabaseIsRefused() {
        assertThatThrownBy(() -> DatabaseSelection.resolve(config(Map.of("fondaco.database.embedded", "false"))))
                .isInstanceOf(DatabaseSelection.IncompleteConfiguration.class)
                .hasMessageContaining("FONDACO_DATABASE_PRIMARY_URL");
    }

    @Test
    void embeddedClusterListensOnThisMachineOnlyUnlessAHostIsConfigured() {
        assertThat(DatabaseSelection.embeddedDefaults(config(Map.of())))
                .containsEntry("quarkus.http.host", "127.0.0.1")
                .containsEntry("fondaco.payment.manual.enabled", "true")
                .containsEntry("fondaco.payment.test.enabled", "true")
                .containsEntry("fondaco.access.bootstrap-key-always-accepted", "true");
        assertThat(DatabaseSelection.embeddedDefaults(config(Map.of("quarkus.http.host", "0.0.0.0"))))
                .doesNotContainKey("quarkus.http.host");
        assertThat(DatabaseSelection.embeddedDefaults(config(Map.of("fondaco.payment.manual.enabled", "false"))))
                .doesNotContainKey("fondaco.payment.manual.enabled");
    }

    private static SmallRyeConfig config(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .build();
    }
}
