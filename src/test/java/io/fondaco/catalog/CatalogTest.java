package io.fondaco.catalog;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

import io.fondaco.PostgresTestResource;
import io.fondaco.ShopDatabase;
import io.fondaco.catalog.ProductUpsertResult.ChangeType;
import io.fondaco.platform.money.Money;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class CatalogTest {
    @Inject
    Catalog catalog;

    @Inject
    VariantPricing prices;

    @Inject
    ShopDatabase database;

    @BeforeEach
    void createCodes() throws SQLException {
        database.execute("""
                INSERT INTO tax.category (code, name) VALUES ('luxury', 'Luxury') ON CONFLICT DO NOTHING;
                INSERT INTO shipping.profile (code, name) VALUES ('bulky', 'Bulky') ON CONFLICT DO NOTHING
                """);
    }

    @Test
    void anUpsertOfASnapshotChangesNothing() {
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
                "reduced",
                "bulky",
                Map.of("k", "v", "empty", ""),
                List.of(
                        new VariantDraft(
                                slug + "-1",
                                List.of("S"),
                                "b",
                                5L,
                                10,
                                20,
                                100_000_000,
                                true,
                                InventoryPolicy.CONTINUE,
                                false,
                                "zero",
                                false,
                                "https://x.example/1.jpg",
                                Map.of("a", "b")),
                        new VariantDraft(
                                slug + "-2",
                                List.of("M"),
                                "",
                                0L,
                                0,
                                0,
                                0,
                                false,
                                InventoryPolicy.DENY,
                                true,
                                "",
                                true,
                                "",
                                Map.of())));
        assertThat(catalog.upsert(List.of(draft)).getFirst().productChange()).contains(ChangeType.CREATED);
        ProductSnapshot snapshot = snapshot(slug);
        assertThat(snapshot.draft()).isEqualTo(draft);
        ProductUpsertResult again = catalog.upsert(List.of(snapshot.draft())).getFirst();
        assertThat(again.productChange()).contains(ChangeType.UNCHANGED);
        assertThat(again.variants().values())
                .allSatisfy(v -> assertThat(v.change()).contains(ChangeType.UNCHANGED));
    }

    @Test
    void aRejectedVariantDoesNotPreventTheOthers() {
        String slug = slug();
        String taken = slug();
        catalog.upsert(List.of(draft(taken, variant(taken))));
        ProductUpsertResult outcome = catalog.upsert(List.of(draft(slug, variant(taken), variant(slug))))
                .getFirst();
        assertThat(outcome.variants().get(taken).error())
                .get()
                .extracting(ProductUpsertResult.ValidationError::code)
                .isEqualTo("sku_taken");
        // Two variants without options would be duplicates: only one of them is accepted.
        assertThat(outcome.variants().get(slug).change()).contains(ChangeType.CREATED);
        assertThat(catalog.preview(List.of(draft("Not A Slug", variant(slug() + "x"))))
                        .getFirst()
                        .error())
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource({"price", "-price", "title", "created_at", "-created_at"})
    void everySortOrderPagesThroughTiesWithoutGapsOrDuplicates(String sort) {
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
                    null,
                    null,
                    List.of(variant(slug))));
        }
        List<ProductUpsertResult> outcomes = catalog.upsert(drafts);
        for (int n = 0; n < outcomes.size(); n++) {
            VariantId id =
                    outcomes.get(n).variants().values().iterator().next().id().orElseThrow();
            prices.savePrices(Map.of(id, List.of(new VariantPrice(Money.of(100L * (n % 3), "EUR"), Optional.empty()))));
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
    void draftsAndArchivedProductsAreNotShownToShoppers() {
        String slug = slug();
        Response created = admin().body(Map.of("title", "Hidden", "slug", slug)).post("/admin/v1/products");
        assertThat(created.statusCode()).isEqualTo(201);
        given().get("/store/v1/products/" + slug).then().statusCode(404);
        String etag = admin().header("If-Match", created.header("ETag"))
                .body(Map.of("status", "active"))
                .patch("/admin/v1/products/" + created.path("id"))
                .header("ETag");
        Awaitility.await()
                .untilAsserted(
                        () -> given().get("/store/v1/products/" + slug).then().statusCode(200));
        admin().header("If-Match", etag)
                .delete("/admin/v1/products/" + created.path("id"))
                .then()
                .statusCode(204);
        Awaitility.await()
                .untilAsserted(
                        () -> given().get("/store/v1/products/" + slug).then().statusCode(404));
    }

    @Test
    void aChangeNeedsTheCurrentVersion() {
        Response created =
                admin().body(Map.of("title", "Versioned", "slug", slug())).post("/admin/v1/products");
        String path = "/admin/v1/products/" + created.path("id");
        admin().body(Map.of("vendor", "x")).patch(path).then().statusCode(428);
        admin().header("If-Match", "\"999\"")
                .body(Map.of("vendor", "x"))
                .patch(path)
                .then()
                .statusCode(412);
        admin().header("If-Match", created.header("ETag"))
                .body(Map.of("vendor", "x"))
                .patch(path)
                .then()
                .statusCode(200);
        admin().header("If-Match", created.header("ETag"))
                .body(Map.of("vendor", "y"))
                .patch(path)
                .then()
                .statusCode(412)
                .body("code", equalTo("version_mismatch"));
    }

    @Test
    void sellableVariantHasTheAttributesOfItsProductAndItsOwn() throws SQLException {
        String slug = slug();
        admin().body(Map.of(
                        "title",
                        "Shirt",
                        "slug",
                        slug,
                        "attributes",
                        Map.of("material", "linen", "fit", "slim", "story", "x".repeat(101), "care", "cold"),
                        "variants",
                        List.of(Map.of(
                                "sku",
                                slug,
                                "attributes",
                                Map.of("fit", "wide", "care", "y".repeat(101), "label", "é".repeat(100))))))
                .post("/admin/v1/products")
                .then()
                .statusCode(201);
        assertThat(catalog.variantsBySku(List.of(slug)).get(slug).attributes())
                .as("a long value of the variant hides that of the product")
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("material", "linen", "fit", "wide", "label", "é".repeat(100)));
        database.execute("UPDATE catalog.product SET attributes = '[]' WHERE slug = '%s'".formatted(slug));
        assertThat(catalog.variantsBySku(List.of(slug)).get(slug).attributes())
                .as("attributes that were damaged by SQL")
                .isEmpty();
        database.execute("UPDATE catalog.product SET attributes = '{}' WHERE slug = '%s'".formatted(slug));
    }

    @Test
    void unknownCodesAreRejectedInTheAdminApi() {
        Map.of("tax_category", "unknown_tax_category", "shipping_profile", "unknown_shipping_profile")
                .forEach((field, error) -> {
                    String slug = slug();
                    admin().body(Map.of("title", "Crate", "slug", slug, field, "no-such-code"))
                            .post("/admin/v1/products")
                            .then()
                            .statusCode(422)
                            .body("errors.code", hasItems(error))
                            .body("errors.pointer", hasItems("/" + field));
                    admin().get("/admin/v1/products?slug=" + slug).then().body("data", empty());
                });
    }

    @Test
    void taxAndShippingFieldsAreShownAndChangedInTheAdminApi() {
        String slug = slug();
        Response created = admin().body(Map.of(
                        "title",
                        "Crate",
                        "slug",
                        slug,
                        "tax_category",
                        "reduced",
                        "shipping_profile",
                        "bulky",
                        "variants",
                        List.of(Map.of(
                                "sku",
                                slug,
                                "tax_category",
                                "zero",
                                "length_mm",
                                10,
                                "width_mm",
                                20,
                                "height_mm",
                                30))))
                .post("/admin/v1/products");
        created.then()
                .statusCode(201)
                .body("tax_category", equalTo("reduced"))
                .body("shipping_profile", equalTo("bulky"))
                .body("variants[0].tax_category", equalTo("zero"))
                .body("variants[0].length_mm", equalTo(10))
                .body("variants[0].width_mm", equalTo(20))
                .body("variants[0].height_mm", equalTo(30));
        assertThat(catalog.variantsBySku(List.of(slug)).get(slug))
                .extracting(SellableVariant::taxCategory, SellableVariant::shippingProfile)
                .containsExactly("zero", "bulky");

        change(created, Map.of("tax_category", "luxury", "shipping_profile", "default"))
                .then()
                .statusCode(200)
                .body("tax_category", equalTo("luxury"))
                .body("shipping_profile", equalTo("default"))
                .body("version", equalTo(2));
        change(created, Map.of("tax_category", "luxury")).then().statusCode(200).body("version", equalTo(2));
        String variant = "/admin/v1/variants/" + created.path("variants[0].id");
        changeVariant(variant, "{\"tax_category\": null, \"length_mm\": null, \"width_mm\": 0}")
                .then()
                .statusCode(200)
                .body("tax_category", equalTo(null))
                .body("length_mm", equalTo(null))
                .body("width_mm", equalTo(null))
                .body("height_mm", equalTo(30));
        assertThat(catalog.variantsBySku(List.of(slug)).get(slug).taxCategory()).isEqualTo("luxury");

        changeVariant(variant, "{\"taxable\": false, \"tax_category\": \"zero\"}")
                .then()
                .statusCode(200)
                .body("tax_category", equalTo("zero"));
        assertThat(catalog.variantsBySku(List.of(slug)).get(slug).taxCategory()).isEqualTo(SellableVariant.TAX_EXEMPT);
        Awaitility.await().untilAsserted(() -> admin().get(variant)
                .then()
                .body("tax_category", equalTo("zero"))
                .body("taxable", equalTo(false))
                .body("height_mm", equalTo(30)));
    }

    @ParameterizedTest
    @CsvSource({
        "products,tax_category,'\"Reduced\"'",
        "products,tax_category,'\"\"'",
        "products,shipping_profile,'\"a b\"'",
        "variants,tax_category,'\"a.b\"'",
        "variants,length_mm,-1",
        "variants,width_mm,100000001",
        "variants,height_mm,-1"
    })
    void invalidTaxOrShippingFieldIsRejectedWithItsName(String collection, String field, String value) {
        String slug = slug();
        Response created = admin().body(
                        Map.of("title", "Crate", "slug", slug, "variants", List.of(Map.of("sku", slug))))
                .post("/admin/v1/products");
        String id = collection.equals("products") ? created.path("id") : created.path("variants[0].id");

        admin().header("If-Match", "*")
                .body("{\"%s\": %s}".formatted(field, value))
                .patch("/admin/v1/" + collection + "/" + id)
                .then()
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/" + field));
    }

    @Test
    void theETagOfAProductChangesOnlyWithItsContent() {
        String slug = slug();
        ProductUpsertResult created =
                catalog.upsert(List.of(draft(slug, variant(slug)))).getFirst();
        VariantId id = created.variants().get(slug).id().orElseThrow();
        prices.savePrices(Map.of(id, List.of(new VariantPrice(Money.of(100, "EUR"), Optional.empty()))));
        Awaitility.await().untilAsserted(() -> given().get("/store/v1/products/" + slug)
                .then()
                .body("variants[0].price.amount", equalTo(100)));
        String tag = given().get("/store/v1/products/" + slug).header("ETag");
        given().header("If-None-Match", tag)
                .get("/store/v1/products/" + slug)
                .then()
                .statusCode(304);
        prices.savePrices(Map.of(id, List.of(new VariantPrice(Money.of(120, "EUR"), Optional.empty()))));
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
    void existingProductsAreFoundBySlugAndById() {
        String slug = slug();
        catalog.upsert(List.of(draft(slug, variant(slug))));
        String id = catalog.findSnapshots(List.of(slug)).get(slug).id().toString();
        String other = ProductId.random().toString();
        assertThat(catalog.existingProducts(List.of(slug, id, other, slug + "x")))
                .contains(slug, id)
                .doesNotContain(other, slug + "x");
    }

    @Test
    void aChangeOfACategoryIncrementsItsVersion() {
        String name = "Versioned " + UUID.randomUUID();
        Response created = admin().body(Map.of("name", name, "position", 3)).post("/admin/v1/categories");
        String path = "/admin/v1/categories/" + created.path("id");
        Response changed = admin().header("If-Match", created.header("ETag"))
                .body(Map.of("name", name + " again"))
                .patch(path);
        assertThat(changed.statusCode()).as(changed.asString()).isEqualTo(200);
        assertThat(changed.<Integer>path("version")).isEqualTo(created.<Integer>path("version") + 1);
        assertThat(changed.<Integer>path("position")).isEqualTo(3);
        assertThat(changed.<String>path("created_at")).isEqualTo(created.path("created_at"));
        assertThat(Instant.parse(changed.path("updated_at"))).isAfter(Instant.parse(created.path("updated_at")));
        assertThat(admin().get(path).header("ETag")).isEqualTo(changed.header("ETag"));
        admin().header("If-Match", created.header("ETag"))
                .body(Map.of("name", name))
                .patch(path)
                .then()
                .statusCode(412);
        admin().header("If-Match", changed.header("ETag")).delete(path).then().statusCode(204);
        admin().get(path).then().statusCode(404);
    }

    @Test
    void variantsAreListedBySkuAndByProduct() {
        String slug = slug();
        catalog.upsert(List.of(sized(slug, "S", "M")));
        ProductSnapshot product = catalog.findSnapshots(List.of(slug)).get(slug);
        String path = "/admin/v1/variants?limit=1&product_id=" + product.id();
        Response first = admin().get(path);
        Response second = admin().get(path + "&cursor=" + first.path("next_cursor"));
        assertThat(first.<List<String>>path("data.id"))
                .containsExactly(product.variantIds().getFirst().toString());
        assertThat(second.<List<String>>path("data.id"))
                .containsExactly(product.variantIds().getLast().toString());
        assertThat(second.<Object>path("next_cursor")).isNull();
        assertThat(admin().get("/admin/v1/variants?sku=" + slug + "-2").<List<String>>path("data.id"))
                .containsExactly(product.variantIds().getLast().toString());
    }

    @Test
    void aCategoryCannotGetTheNameOfASibling() {
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
    void aCategoryCannotBecomeItsOwnAncestor() {
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

    private static Response shirt(List<String> options, List<Map<String, String>> values) {
        String slug = slug();
        List<Map<String, Object>> variants = new ArrayList<>();
        for (int n = 0; n < values.size(); n++) {
            variants.add(Map.of("sku", slug + "-" + n, "options", values.get(n)));
        }
        return admin().body(Map.of(
                        "title", "Shirt", "slug", slug, "status", "active", "options", options, "variants", variants))
                .post("/admin/v1/products");
    }

    private static Response changeVariant(String path, String change) {
        return admin().header("If-Match", "*").body(change).patch(path);
    }

    private static Response change(Response product, Map<String, Object> change) {
        return admin().header("If-Match", "*").body(change).patch("/admin/v1/products/" + product.path("id"));
    }

    @Test
    void optionsWithoutDistinctValuesForAllVariantsAreRejected() {
        Response created = shirt(
                List.of("Size", "Colour"),
                List.of(Map.of("Size", "S", "Colour", "Red"), Map.of("Size", "S", "Colour", "Blue")));
        assertThat(created.statusCode()).as(created.asString()).isEqualTo(201);

        change(created, Map.of("options", List.of("Size", "Colour", "Fit")))
                .then()
                .statusCode(422)
                .body("errors[0].code", equalTo("option_count"))
                .body("errors[0].pointer", equalTo("/options"));
        change(created, Map.of("options", List.of("Size")))
                .then()
                .statusCode(422)
                .body("errors[0].code", equalTo("duplicate_options"));
        change(created, Map.of("options", List.of()))
                .then()
                .statusCode(422)
                .body("errors[0].code", equalTo("duplicate_options"));
    }

    @Test
    void optionValuesFollowTheOptionNames() {
        Response created = shirt(
                List.of("Size", "Colour"),
                List.of(Map.of("Size", "S", "Colour", "Red"), Map.of("Size", "M", "Colour", "Red")));

        change(created, Map.of("options", List.of("Colour", "Size")))
                .then()
                .statusCode(200)
                .body("variants[0].options.Size", equalTo("S"))
                .body("variants[0].options.Colour", equalTo("Red"))
                .body("variants[1].title", equalTo("Red / M"));
        change(created, Map.of("options", List.of("Color", "Size")))
                .then()
                .statusCode(200)
                .body("variants[0].options.Color", equalTo("Red"));
        change(created, Map.of("options", List.of("Size")))
                .then()
                .statusCode(200)
                .body("variants[1].options", equalTo(Map.of("Size", "M")));
    }

    @Test
    void surroundingSpacesOfOptionValuesAreIgnored() {
        assertThat(shirt(List.of("Size"), List.of(Map.of("Size", "S"), Map.of("Size", "S ")))
                        .path("errors[0].code")
                        .toString())
                .isEqualTo("duplicate_options");
        shirt(List.of("Size"), List.of(Map.of("Size", " S ")))
                .then()
                .statusCode(201)
                .body("variants[0].options.Size", equalTo("S"));
    }

    @Test
    void variantsCanSwapTheirOptionValues() {
        String slug = slug();
        ProductDraft before = sized(slug, "S", "M");
        catalog.upsert(List.of(before));

        ProductUpsertResult swapped =
                catalog.upsert(List.of(sized(slug, "M", "S"))).getFirst();

        assertThat(swapped.variants().values())
                .allSatisfy(variant -> assertThat(variant.change()).contains(ChangeType.UPDATED));
        ProductUpsertResult twice =
                catalog.upsert(List.of(sized(slug, "L", "L"))).getFirst();
        assertThat(twice.variants().get(slug + "-1").change()).contains(ChangeType.UPDATED);
        assertThat(twice.variants().get(slug + "-2").error())
                .get()
                .extracting(ProductUpsertResult.ValidationError::code)
                .isEqualTo("duplicate_options");
    }

    private static ProductDraft sized(String slug, String first, String second) {
        return Drafts.product(
                slug,
                "Sized",
                List.of("Size"),
                Drafts.variant(slug + "-1", List.of(first)),
                Drafts.variant(slug + "-2", List.of(second)));
    }

    @Test
    void aNewProductWhoseVariantsAreAllRejectedIsNotCreated() {
        String taken = slug();
        catalog.upsert(List.of(draft(taken, variant(taken))));
        String slug = slug();

        ProductUpsertResult rejected =
                catalog.upsert(List.of(draft(slug, variant(taken)))).getFirst();

        assertThat(rejected.error())
                .get()
                .extracting(ProductUpsertResult.ValidationError::code)
                .isEqualTo("sku_taken");
        assertThat(admin().get("/admin/v1/products?slug=" + slug).jsonPath().getList("data"))
                .isEmpty();
    }

    @Test
    void aVariantWithAMissingOptionValueIsShownAndCanBeCorrected() throws SQLException {
        Response created = shirt(
                List.of("Size", "Colour"),
                List.of(Map.of("Size", "S", "Colour", "Red"), Map.of("Size", "M", "Colour", "Red")));
        String variant = created.path("variants[0].id");
        database.execute("UPDATE catalog.variant SET option_values = ARRAY['S'] WHERE sku = '"
                + created.path("variants[0].sku") + "'");

        admin().header("If-Match", "*")
                .body(Map.of("weight_grams", 7))
                .patch("/admin/v1/variants/" + variant)
                .then()
                .statusCode(200)
                .body("weight_grams", equalTo(7));
        Awaitility.await().untilAsserted(() -> given().get("/store/v1/products/" + created.path("slug"))
                .then()
                .statusCode(200)
                .body("variants[0].options", equalTo(Map.of("Size", "S"))));
        given().get("/store/v1/products?limit=5").then().statusCode(200);
        admin().header("If-Match", "*")
                .body(Map.of("options", Map.of("Size", "S", "Colour", "Blue")))
                .patch("/admin/v1/variants/" + variant)
                .then()
                .statusCode(200)
                .body("title", equalTo("S / Blue"));
    }

    @Test
    void aCategoryCannotMoveSoThatItsDescendantsExceedTheMaximumDepth() {
        String deep = createCategoryChain(7, null);
        String top = admin().body(Map.of("name", "Mover " + UUID.randomUUID()))
                .post("/admin/v1/categories")
                .path("id");
        createCategoryChain(3, top);

        admin().header("If-Match", "*")
                .body(Map.of("parent_id", deep))
                .patch("/admin/v1/categories/" + top)
                .then()
                .statusCode(422)
                .body("errors[0].code", equalTo("too_deep"));
        admin().header("If-Match", "*")
                .body(Map.of("parent_id", createCategoryChain(6, null)))
                .patch("/admin/v1/categories/" + top)
                .then()
                .statusCode(200);
    }

    /** Creates a chain of categories, each the parent of the next. @return the id of the lowest */
    private static String createCategoryChain(int length, String parent) {
        String below = parent;
        for (int n = 0; n < length; n++) {
            Map<String, Object> body = new HashMap<>();
            body.put("name", "Level " + UUID.randomUUID());
            if (below != null) {
                body.put("parent_id", below);
            }
            below = admin().body(body)
                    .post("/admin/v1/categories")
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id");
        }
        return below;
    }

    private ProductSnapshot snapshot(String slug) {
        Optional<ProductId> after = Optional.empty();
        while (true) {
            List<ProductSnapshot> page = catalog.listSnapshotsAfter(after, 100);
            for (ProductSnapshot snapshot : page) {
                if (snapshot.draft().slug().equals(slug)) {
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
                null,
                null,
                List.of(variants));
    }

    private static VariantDraft variant(String sku) {
        return Drafts.variant(sku, null);
    }

    private static String slug() {
        return "t-" + UUID.randomUUID();
    }

    private static RequestSpecification admin() {
        return given().contentType("application/json")
                .header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY);
    }
}
