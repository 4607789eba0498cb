package io.fondaco.catalog;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ClusterForTests;
import io.fondaco.catalog.Upserted.Change;
import io.fondaco.platform.money.Money;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class CatalogTest {
    @Inject
    Catalog catalog;

    @Inject
    VariantPrices prices;

    @Test
    void whatIsReadBackIsUnchangedToTheLastField() {
        String slug = slug();
        ProductDraft draft = new ProductDraft(
                slug,
                "Cup",
                "<p>يدوي 🫖</p>",
                "Vendor",
                "Type",
                ProductStatus.ACTIVE,
                List.of("a", "b"),
                List.of(List.of("Cat " + slug, "Sub"), List.of("Cat " + slug)),
                List.of("Size"),
                List.of(new Media("https://x.example/1.jpg", "alt")),
                "seo",
                "seo text",
                Map.of("k", "v", "empty", ""),
                List.of(
                        new VariantDraft(
                                slug + "-1",
                                List.of("S"),
                                "b",
                                5L,
                                true,
                                InventoryPolicy.CONTINUE,
                                false,
                                false,
                                "https://x.example/1.jpg",
                                Map.of("a", "b")),
                        new VariantDraft(
                                slug + "-2",
                                List.of("M"),
                                "",
                                0L,
                                false,
                                InventoryPolicy.DENY,
                                true,
                                true,
                                "",
                                Map.of())));
        assertThat(catalog.upsert(List.of(draft)).getFirst().product()).contains(Change.CREATED);
        ProductSnapshot snapshot = snapshot(slug);
        assertThat(snapshot.product()).isEqualTo(draft);
        Upserted again = catalog.upsert(List.of(snapshot.product())).getFirst();
        assertThat(again.product()).contains(Change.UNCHANGED);
        assertThat(again.variants().values())
                .allSatisfy(v -> assertThat(v.change()).contains(Change.UNCHANGED));
    }

    @Test
    void aRefusedVariantDoesNotKeepTheOthersOut() {
        String slug = slug();
        String taken = slug();
        catalog.upsert(List.of(draft(taken, variant(taken))));
        Upserted outcome = catalog.upsert(List.of(draft(slug, variant(taken), variant(slug))))
                .getFirst();
        assertThat(outcome.variants().get(taken).refusal())
                .get()
                .extracting(Upserted.Refusal::code)
                .isEqualTo("sku_taken");
        // Two variants without options are the same thing: only the first of them may stand.
        assertThat(outcome.variants().get(slug).change()).contains(Change.CREATED);
        assertThat(catalog.preview(List.of(draft("Not A Slug", variant(slug() + "x"))))
                        .getFirst()
                        .refusal())
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource({"price", "-price", "title", "created_at", "-created_at"})
    void everyOrderPagesThroughTiesWithoutLossOrDouble(String sort) {
        String category = "Paging " + UUID.randomUUID();
        List<ProductDraft> drafts = new ArrayList<>();
        for (int n = 0; n < 23; n++) {
            String slug = slug();
            drafts.add(new ProductDraft(
                    slug,
                    "Title " + n % 4,
                    null,
                    null,
                    null,
                    ProductStatus.ACTIVE,
                    null,
                    List.of(List.of(category)),
                    null,
                    null,
                    null,
                    null,
                    null,
                    List.of(variant(slug))));
        }
        List<Upserted> outcomes = catalog.upsert(drafts);
        for (int n = 0; n < outcomes.size(); n++) {
            VariantId id =
                    outcomes.get(n).variants().values().iterator().next().id().orElseThrow();
            prices.set(Map.of(id, List.of(new PriceTag(Money.of(100L * (n % 3), "EUR"), Optional.empty()))));
        }
        String slug = CategoryTree.slugOf(category);
        Awaitility.await().untilAsserted(() -> {
            List<String> seen = new ArrayList<>();
            List<Long> amounts = new ArrayList<>();
            String cursor = null;
            do {
                RequestSpecification request = given().queryParam("category", slug)
                        .queryParam("sort", sort)
                        .queryParam("limit", 5);
                Response page =
                        (cursor == null ? request : request.queryParam("cursor", cursor)).get("/store/v1/products");
                assertThat(page.statusCode()).isEqualTo(200);
                seen.addAll(page.jsonPath().getList("data.slug", String.class));
                amounts.addAll(page.jsonPath().getList("data.variants[0].price.amount", Long.class).stream()
                        .toList());
                cursor = page.path("next_cursor");
                assertThat(page.header("Link") != null).isEqualTo(cursor != null);
            } while (cursor != null);
            assertThat(seen).hasSize(23);
            assertThat(new HashSet<>(seen)).hasSize(23);
        });
    }

    @Test
    void aDraftIsNotInTheShopAndAnArchivedProductLeavesIt() {
        String slug = slug();
        Response made = admin().body(Map.of("title", "Hidden", "slug", slug)).post("/admin/v1/products");
        assertThat(made.statusCode()).isEqualTo(201);
        given().get("/store/v1/products/" + slug).then().statusCode(404);
        String etag = admin().header("If-Match", made.header("ETag"))
                .body(Map.of("status", "active"))
                .patch("/admin/v1/products/" + made.path("id"))
                .header("ETag");
        Awaitility.await()
                .untilAsserted(
                        () -> given().get("/store/v1/products/" + slug).then().statusCode(200));
        admin().header("If-Match", etag)
                .delete("/admin/v1/products/" + made.path("id"))
                .then()
                .statusCode(204);
        Awaitility.await()
                .untilAsserted(
                        () -> given().get("/store/v1/products/" + slug).then().statusCode(404));
    }

    @Test
    void changesNeedTheVersionThatTheyChange() {
        Response made =
                admin().body(Map.of("title", "Versioned", "slug", slug())).post("/admin/v1/products");
        String path = "/admin/v1/products/" + made.path("id");
        admin().body(Map.of("vendor", "x")).patch(path).then().statusCode(428);
        admin().header("If-Match", "\"999\"")
                .body(Map.of("vendor", "x"))
                .patch(path)
                .then()
                .statusCode(412);
        admin().header("If-Match", made.header("ETag"))
                .body(Map.of("vendor", "x"))
                .patch(path)
                .then()
                .statusCode(200);
        admin().header("If-Match", made.header("ETag"))
                .body(Map.of("vendor", "y"))
                .patch(path)
                .then()
                .statusCode(412)
                .body("code", equalTo("version_mismatch"));
    }

    @Test
    void theEntityTagOfAProductChangesWithItsPriceAndSparesTheBytesOtherwise() {
        String slug = slug();
        Upserted made = catalog.upsert(List.of(draft(slug, variant(slug)))).getFirst();
        VariantId id = made.variants().get(slug).id().orElseThrow();
        prices.set(Map.of(id, List.of(new PriceTag(Money.of(100, "EUR"), Optional.empty()))));
        Awaitility.await().untilAsserted(() -> given().get("/store/v1/products/" + slug)
                .then()
                .body("variants[0].price.amount", equalTo(100)));
        String tag = given().get("/store/v1/products/" + slug).header("ETag");
        given().header("If-None-Match", tag)
                .get("/store/v1/products/" + slug)
                .then()
                .statusCode(304);
        prices.set(Map.of(id, List.of(new PriceTag(Money.of(120, "EUR"), Optional.empty()))));
        Awaitility.await().untilAsserted(() -> given().header("If-None-Match", tag)
                .get("/store/v1/products/" + slug)
                .then()
                .statusCode(200));
        given().queryParam("currency", "JPY")
                .get("/store/v1/products/" + slug)
                .then()
                .body("variants[0].price", equalTo(null))
                .body("variants[0].available", equalTo(false));
    }

    @Test
    void aCategoryIsNotRenamedToWhatItsSiblingIsCalled() {
        String name = "Taken " + UUID.randomUUID();
        admin().body(Map.of("name", name)).post("/admin/v1/categories").then().statusCode(201);
        Response other = admin().body(Map.of("name", name + " too")).post("/admin/v1/categories");
        admin().header("If-Match", "*")
                .body(Map.of("name", name))
                .patch("/admin/v1/categories/" + other.path("id"))
                .then()
                .statusCode(409)
                .body("code", equalTo("name_taken"));
    }

    @Test
    void aCategoryCannotLieBelowItself() {
        String name = "Circle " + UUID.randomUUID();
        Response top = admin().body(Map.of("name", name)).post("/admin/v1/categories");
        Response below = admin().body(Map.of("name", "Below", "parent_id", top.path("id")))
                .post("/admin/v1/categories");
        assertThat(below.statusCode()).as(below.asString()).isEqualTo(201);
        admin().header("If-Match", top.header("ETag"))
                .body(Map.of("parent_id", below.path("id")))
                .patch("/admin/v1/categories/" + top.path("id"))
                .then()
                .statusCode(409)
                .body("code", equalTo("category_circle"));
        admin().header("If-Match", top.header("ETag"))
                .delete("/admin/v1/categories/" + top.path("id"))
                .then()
                .statusCode(409);
        admin().header("If-Match", below.header("ETag"))
                .delete("/admin/v1/categories/" + below.path("id"))
                .then()
                .statusCode(204);
    }

    private ProductSnapshot snapshot(String slug) {
        Optional<ProductId> after = Optional.empty();
        while (true) {
            List<ProductSnapshot> page = catalog.snapshotsAfter(after, 100);
            for (ProductSnapshot snapshot : page) {
                if (snapshot.product().slug().equals(slug)) {
                    return snapshot;
                }
            }
            after = Optional.of(page.getLast().id());
        }
    }

    private static ProductDraft draft(String slug, VariantDraft... variants) {
        return new ProductDraft(
                slug,
                "Title",
                null,
                null,
                null,
                ProductStatus.ACTIVE,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of(variants));
    }

    private static VariantDraft variant(String sku) {
        return new VariantDraft(sku, null, null, null, null, null, null, null, null, null);
    }

    private static String slug() {
        return "t-" + UUID.randomUUID();
    }

    private static RequestSpecification admin() {
        return given().contentType("application/json").header("Authorization", "Bearer " + ClusterForTests.ADMIN_KEY);
    }
}
