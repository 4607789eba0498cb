package io.fondaco.platform.cache;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.PostgresTestResource;
import io.fondaco.ShopDatabase;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Cached responses of a pod that reads the invalidation log rarely, because it had no requests. */
@QuarkusTest
class IdleCacheTest {
    private static final Duration IDLE = Duration.ofSeconds(5);

    @Inject
    CacheSettings settings;

    @Inject
    ShopDatabase database;

    @Test
    void firstRequestAfterAnIdleTimeIsAHit() {
        String page = createProduct();
        pass(IDLE);
        assertThat(given().get(page).header("Cache-Status")).isEqualTo("fondaco; hit");
    }

    /** Another pod has committed the change and then died, before it sent a message. */
    @Test
    void changeOfAnotherPodInAnIdleTimeIsVisibleWithinTheBound() throws SQLException {
        String page = createProduct();
        String id = given().get(page).path("id");
        pass(IDLE);
        database.execute("""
                WITH changed AS (UPDATE catalog.product SET title = 'Changed' WHERE slug = '%s')
                INSERT INTO cache.invalidation (tags) VALUES (ARRAY [%d])
                """.formatted(page.substring(page.lastIndexOf('/') + 1), new CacheTag(id).hash()));
        pass(settings.maxLogAge());
        assertThat(given().get(page).<String>path("title")).isEqualTo("Changed");
    }

    /** Creates a product, and requests its page until it is cached. */
    private static String createProduct() {
        String slug = "idle-" + UUID.randomUUID();
        given().contentType("application/json")
                .header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .body(Map.of(
                        "slug", slug, "title", "Idle", "status", "active", "variants", List.of(Map.of("sku", slug))))
                .post("/admin/v1/products")
                .then()
                .statusCode(201);
        String page = "/store/v1/products/" + slug;
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            Response response = given().get(page);
            return response.statusCode() == 200 && "fondaco; hit".equals(response.header("Cache-Status"));
        });
        return page;
    }

    private static void pass(Duration time) {
        await().pollDelay(time).atMost(time.plusSeconds(5)).until(() -> true);
    }
}
