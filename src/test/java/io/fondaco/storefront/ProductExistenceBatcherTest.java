package io.fondaco.storefront;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.ConcurrentRunner;
import io.fondaco.PostgresTestResource;
import io.fondaco.catalog.ProductId;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Names that are tried at random are checked together, and existing products are still found. */
@QuarkusTest
class ProductExistenceBatcherTest {
    private static final int CALLERS = 40;

    @Inject
    ProductExistenceBatcher productExistence;

    @Test
    void existingProductsAreFoundWhileNamesAreCheckedInBatches() throws Exception {
        String slug = "batched-" + UUID.randomUUID();
        String id = createProduct(slug);
        for (int miss = 0; miss <= ProductExistenceBatcher.MAX_MISSES_PER_SECOND; miss++) {
            productExistence.recordMiss();
        }
        List<String> names =
                List.of(slug, id, "unknown-" + slug, ProductId.random().toString());
        List<Boolean> results =
                ConcurrentRunner.runAll(CALLERS, number -> productExistence.mayExist(names.get(number % names.size())));
        for (int caller = 0; caller < CALLERS; caller++) {
            boolean exists = caller % names.size() < 2;
            assertThat(results.get(caller)).as(names.get(caller % names.size())).isEqualTo(exists);
        }
        given().get("/store/v1/products/unknown-" + UUID.randomUUID()).then().statusCode(404);
        given().get("/store/v1/products/" + slug).then().statusCode(200);
    }

    private static String createProduct(String slug) {
        return given().contentType("application/json")
                .header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .body(Map.of(
                        "slug", slug, "title", "Batched", "status", "active", "variants", List.of(Map.of("sku", slug))))
                .post("/admin/v1/products")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }
}
