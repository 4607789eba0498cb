package io.fondaco.platform.roles;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pod that only shows the catalogue. */
@QuarkusTest
@TestProfile(RolesTest.BrowseOnly.class)
class RolesTest {
    private final RolePaths paths;

    RolesTest(RolePaths paths) {
        this.paths = paths;
    }

    public static class BrowseOnly implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("fondaco.roles", "browse");
        }
    }

    @Test
    void itsOwnPathsAreServed() {
        given().get("/store/v1/products").then().statusCode(200);
        given().get("/store/v1/categories").then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/admin/v1/products", "/admin/v1/nothing", "/store/v1/carts/cart_x", "/store/v1/orders/order_x"})
    void anotherRolesPathIsNotThereWhoeverAsks(String path) {
        given().get(path)
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .header("Request-Id", notNullValue())
                .body("code", equalTo("not_found"))
                .body("type", equalTo("urn:fondaco:problem:not_found"))
                .body("title", equalTo("Not Found"));
        given().header("Authorization", "Bearer fk_local_admin")
                .get(path)
                .then()
                .statusCode(404);
        given().contentType("application/json").body("{}").post(path).then().statusCode(404);
    }

    @Test
    void theContractNamesOnlyWhatIsServed() {
        Map<String, Object> named =
                given().header("Accept", "application/json").get("/q/openapi").path("paths");
        assertThat(named).isNotEmpty();
        assertThat(named.keySet())
                .allMatch(path -> path.startsWith("/store/v1/products")
                        || path.startsWith("/store/v1/categories")
                        || paths.role(path).isEmpty());
    }

    @Test
    void itTellsWhichPartsItPlays() {
        Set<String> lines = Set.of(given().get("/q/metrics").asString().split("\n"));
        assertThat(lines).contains("fondaco_role{role=\"browse\"} 1.0", "fondaco_role{role=\"worker\"} 0.0");
        given().get("/q/health/ready").then().statusCode(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/store/v1/products,BROWSE",
        "/store/v1/products/lamp,BROWSE",
        "/store/v1/productsale,BUY",
        "/store/v1/carts,BUY",
        "/store/v1,BUY",
        "/admin/v1/products,ADMIN",
        "/admin/v11/products,",
        "/q/health,",
        "/,"
    })
    void aPathBelongsToOneRole(String path, Role role) {
        assertThat(paths.role(path).orElse(null)).isEqualTo(role);
    }
}
