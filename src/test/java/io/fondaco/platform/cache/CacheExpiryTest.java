package io.fondaco.platform.cache;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.IntegrationsProfile;
import io.fondaco.PostgresTestResource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Expiry, refresh and eviction of responses that are not invalidated, in a small cache with short lifetimes, behind a
 * CDN.
 */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class CacheExpiryTest {
    @Inject
    MeterRegistry metrics;

    @Test
    void cdnGetsLifetimeAndSurrogateKeys() {
        String page = "/store/v1/products/" + product("For the CDN");
        Response shared = given().get(page);
        assertThat(shared.header("Cache-Control"))
                .isEqualTo("public, max-age=0, s-maxage=60, stale-while-revalidate=30");
        assertThat(shared.header("Vary")).isEqualTo("Accept-Encoding, Fondaco-Consistency, Cookie, Origin");
        assertThat(shared.header("Surrogate-Key")).isEqualTo(shared.path("id") + " public-price-lists");
        Response personal = given().header("Fondaco-Consistency", "start").get(page);
        assertThat(personal.header("Cache-Control")).isEqualTo("private, max-age=0, must-revalidate");
    }

    @Test
    void entryExpiresAndAPopularOneIsRefreshedAhead() {
        String page = "/store/v1/products/" + product("Hot");
        await().atMost(Duration.ofSeconds(10)).until(() -> isHit(given().get(page)));
        // Only its expiry removes the entry.
        await().atMost(Duration.ofSeconds(10)).pollDelay(Duration.ofSeconds(2)).until(() -> !isHit(given().get(page)));
        double refreshed = misses("refresh");
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> given().get(page).statusCode() == 200 && misses("refresh") > refreshed);
    }

    @Test
    void heapOfTheCacheIsBounded() {
        List<String> pages = Stream.generate(() -> "/store/v1/products/" + product("One of many"))
                .limit(40)
                .toList();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            pages.forEach(page -> given().get(page).then().statusCode(200));
            return metrics.get("fondaco.cache.evictions")
                            .tag("cache", "answers")
                            .functionCounter()
                            .count()
                    > 0;
        });
        assertThat(metrics.get("fondaco.cache.bytes")
                        .tag("cache", "answers")
                        .gauge()
                        .value())
                .isPositive()
                .isLessThanOrEqualTo(IntegrationsProfile.CACHE_BYTES);
    }

    private double misses(String reason) {
        return metrics.find("fondaco.cache.misses").tag("reason", reason).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private static boolean isHit(Response response) {
        return "fondaco; hit".equals(response.header("Cache-Status"));
    }

    private static String product(String title) {
        String slug = "life-" + UUID.randomUUID();
        given().contentType("application/json")
                .header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .body(Map.of(
                        "slug",
                        slug,
                        "title",
                        title,
                        "description",
                        UUID.randomUUID().toString().repeat(20),
                        "status",
                        "active",
                        "variants",
                        List.of(Map.of("sku", slug))))
                .post("/admin/v1/products")
                .then()
                .statusCode(201);
        return slug;
    }
}
