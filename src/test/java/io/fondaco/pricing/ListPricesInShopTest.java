package io.fondaco.pricing;

import static io.fondaco.pricing.PriceListFixture.row;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import io.fondaco.ShopDatabase;
import io.fondaco.catalog.ProductId;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** List prices as shoppers see them and pay them. */
@QuarkusTest
class ListPricesInShopTest {
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Map<String, Object> DUBLIN = Map.of(
            "name", "Maeve", "line1", "1 Fitzwilliam Square", "city", "Dublin", "postal_code", "D02", "country", "IE");

    /** The hash of a cache tag, as the application calculates it. */
    private static final String TAG_HASH = """
            ('x' || left(encode(sha256(convert_to('%s', 'UTF8')), 'hex'), 16))::bit(64)::bigint""";

    @Inject
    ProductFixture products;

    @Inject
    ShopDatabase database;

    @Test
    void lineGetsThePriceOfTheTierThatItReaches() {
        String sku = products.createProduct(250, 100);
        PriceListFixture list = PriceListFixture.create(Map.of());
        list.setPrices(row(sku, 5, 200), row(sku, 10, 180));
        Shopper shopper = Shopper.withCart(sku, 4);
        shopper.getCart()
                .then()
                .body("lines[0].unit_price.amount", equalTo(250))
                .body("lines[0].price_list", nullValue())
                .body("lines[0].price_list_name", nullValue());
        shopper.addLine(sku, 1)
                .then()
                .body("lines[0].unit_price.amount", equalTo(200))
                .body("lines[0].price_list", equalTo(list.id()))
                .body("lines[0].price_list_name", equalTo(list.name()))
                .body("lines[0].total.amount", equalTo(1_000));
        shopper.addLine(sku, 5).then().body("lines[0].unit_price.amount", equalTo(180));
    }

    @Test
    void listForACountryAppliesOnceTheAddressIsKnown() {
        String sku = products.createProduct(250, 100);
        PriceListFixture list = PriceListFixture.create(Map.of("countries", List.of("IE")));
        list.setPrices(row(sku, 1, 200));
        PriceListFixture.create(Map.of("customer_group", "wholesale")).setPrices(row(sku, 1, 100));
        Shopper shopper = Shopper.withCart(sku, 1);
        shopper.getCart().then().body("lines[0].unit_price.amount", equalTo(250));
        shopper.request()
                .body(Map.of("shipping_address", DUBLIN))
                .patch(shopper.path(""))
                .then()
                .body("lines[0].unit_price.amount", equalTo(200));
        given().get(page(sku)).then().body("variants[0].price.amount", equalTo(250));
        given().get(page(sku) + "&country=IE").then().body("variants[0].price.amount", equalTo(200));
        given().get(page(sku) + "&country=XX").then().statusCode(400);
    }

    @Test
    void variantWithOnlyAListPriceIsSold() {
        String sku = products.createProduct(250, 100);
        PriceListFixture.create(Map.of("currency", "USD"))
                .setPrices(row(sku, 3, Map.of("amount", 300, "currency", "USD")));
        Response created = given().contentType("application/json")
                .body(Map.of("currency", "USD", "lines", List.of(Map.of("sku", sku, "quantity", 3))))
                .post("/store/v1/carts");
        created.then().statusCode(201).body("lines[0].unit_price.amount", equalTo(300));
        given().contentType("application/json")
                .body(Map.of("currency", "USD", "lines", List.of(Map.of("sku", sku, "quantity", 2))))
                .post("/store/v1/carts")
                .then()
                .statusCode(201)
                .body("lines[0].unit_price", nullValue())
                .body("problems.code", hasItem("no_price_in_currency"));
    }

    /** No job runs, and nothing is written at that time. */
    @Test
    void listBeginsAndEndsToTheSecondInCarts() {
        String sku = products.createProduct(250, 100);
        Instant begin = Instant.now().plus(SOON);
        Instant end = begin.plus(SOON);
        PriceListFixture list =
                PriceListFixture.create(Map.of("valid_from", begin.toString(), "valid_until", end.toString()));
        list.setPrices(row(sku, 1, 200));
        Shopper shopper = Shopper.withCart(sku, 1);
        shopper.getCart().then().body("lines[0].unit_price.amount", equalTo(250));
        awaitInstant(begin);
        shopper.getCart().then().body("lines[0].unit_price.amount", equalTo(200));
        awaitInstant(end);
        shopper.getCart().then().body("lines[0].unit_price.amount", equalTo(250));
    }

    @Test
    void cachedPagesChangeToTheSecond() {
        String sku = products.createProduct(250, 100);
        Instant begin = Instant.now().plus(SOON).plus(SOON);
        Instant end = begin.plus(SOON);
        PriceListFixture list =
                PriceListFixture.create(Map.of("valid_from", begin.toString(), "valid_until", end.toString()));
        list.setPrices(row(sku, 1, 200));
        awaitHit(page(sku)).then().body("variants[0].price.amount", equalTo(250));
        awaitHit("/store/v1/products?currency=GBP&limit=100");
        awaitInstant(begin);
        given().get(page(sku))
                .then()
                .body("variants[0].price.amount", equalTo(200))
                .body("variants[0].compare_at_price.amount", equalTo(250));
        given().get("/store/v1/products?currency=GBP&limit=100")
                .then()
                .body(
                        "data.find { it.slug == '%s' }.variants[0].price.amount".formatted(ProductFixture.slug(sku)),
                        equalTo(200));
        awaitHit(page(sku));
        awaitInstant(end);
        given().get(page(sku))
                .then()
                .body("variants[0].price.amount", equalTo(250))
                .body("variants[0].compare_at_price", nullValue());
    }

    @Test
    void changeOfAListOrOfItsPricesInvalidatesCartsAndPages() {
        String sku = products.createProduct(250, 100);
        PriceListFixture list = PriceListFixture.create(Map.of("customer_group", "wholesale"));
        list.setPrices(row(sku, 1, 200));
        Shopper shopper = Shopper.withCart(sku, 1);
        assertShown(shopper, sku, 250);
        list.change(Map.of("clear", List.of("customer_group")));
        assertShown(shopper, sku, 200);
        list.setPrices(row(sku, 1, 190));
        assertShown(shopper, sku, 190);
        PriceListFixture higher = PriceListFixture.create(Map.of("priority", 1));
        higher.setPrices(row(sku, 1, 240));
        assertShown(shopper, sku, 240);
        list.change(Map.of("priority", 2));
        assertShown(shopper, sku, 190);
        list.change(Map.of("valid_until", Instant.now().minusSeconds(1).toString()));
        assertShown(shopper, sku, 240);
        higher.setPrices(row(sku, 1, null));
        assertShown(shopper, sku, 250);
        list.change(Map.of("clear", List.of("valid_until")));
        assertShown(shopper, sku, 190);
        AdminApi.request().header("If-Match", "*").delete(list.path()).then().statusCode(204);
        assertShown(shopper, sku, 250);
    }

    private static void assertShown(Shopper shopper, String sku, int amount) {
        shopper.getCart().then().body("lines[0].unit_price.amount", equalTo(amount));
        given().get(page(sku)).then().body("variants[0].price.amount", equalTo(amount));
        awaitHit(page(sku)).then().body("variants[0].price.amount", equalTo(amount));
    }

    /** No message of the other pod arrives, and this pod reads the log only several times a second. */
    @Test
    void listPriceThatAnotherPodHasJustChangedIsCharged() throws SQLException {
        String sku = products.createProduct(250, 10);
        PriceListFixture list = PriceListFixture.create(Map.of());
        list.setPrices(row(sku, 1, 200));
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        ProductId product = new ProductId(UUID.fromString(
                database.query("SELECT product_id FROM catalog.variant WHERE sku = '%s'".formatted(sku))));
        shopper.getCart().then().body("totals.total.amount", equalTo(200));
        database.execute("""
                BEGIN;
                UPDATE pricing.list_price SET amount = 220
                 WHERE variant_id = (SELECT id FROM catalog.variant WHERE sku = '%s');
                INSERT INTO cache.invalidation (tags) VALUES (ARRAY[%s]);
                COMMIT
                """.formatted(sku, TAG_HASH.formatted(product)));
        assertPriceChanged(shopper, 200, 220);
        shopper.complete("tok_ok").then().statusCode(201).body("totals.total.amount", equalTo(220));
    }

    @Test
    void listThatAnotherPodHasJustEndedIsNotCharged() throws SQLException {
        String sku = products.createProduct(250, 10);
        PriceListFixture list = PriceListFixture.create(Map.of());
        list.setPrices(row(sku, 1, 200));
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        shopper.getCart().then().body("totals.total.amount", equalTo(200));
        database.execute("""
                BEGIN;
                UPDATE pricing.price_list SET valid_until = now() WHERE name = '%s';
                INSERT INTO cache.invalidation (tags) VALUES (ARRAY[%s]);
                COMMIT
                """.formatted(list.name(), TAG_HASH.formatted("price-lists")));
        assertPriceChanged(shopper, 200, 250);
        shopper.complete("tok_ok").then().statusCode(201).body("totals.total.amount", equalTo(250));
    }

    private static void assertPriceChanged(Shopper shopper, int expected, int now) {
        shopper.request()
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body("""
                        {"payment": {"provider": "test", "token": "tok_ok"},
                         "expected_total": {"amount": %d, "currency": "GBP"}}
                        """.formatted(expected))
                .post(shopper.path("/complete"))
                .then()
                .statusCode(409)
                .body("code", equalTo("price_changed"))
                .body("total.amount", equalTo(now));
    }

    @Test
    void lowestPriceOfThirtyDaysIsShownBesideAReducedPrice() throws SQLException {
        String sku = products.createProduct(1_000, 10);
        String variant = database.query("SELECT id FROM catalog.variant WHERE sku = '%s'".formatted(sku));
        given().get(page(sku)).then().body("variants[0].lowest_price_30_days", nullValue());
        // The base price was 1,000 for 60 days, but 800 from 20 to 15 days ago.
        database.execute("""
                UPDATE pricing.price_history SET valid_from = now() - interval '15 days' WHERE variant_id = '%1$s';
                INSERT INTO pricing.price_history (variant_id, currency, amount, valid_from, valid_until) VALUES
                    ('%1$s', 'GBP', 1000, now() - interval '60 days', now() - interval '20 days'),
                    ('%1$s', 'GBP', 800, now() - interval '20 days', now() - interval '15 days')
                """.formatted(variant));
        PriceListFixture list = PriceListFixture.create(Map.of());
        list.setPrices(row(sku, 1, 900), row(sku, 2, 100));
        assertReduced(sku, 900, 1_000, 800);
        list.setPrices(row(sku, 1, 700));
        assertReduced(sku, 700, 1_000, 800);
        AdminApi.request().header("If-Match", "*").delete(list.path()).then().statusCode(204);
        given().get(page(sku)).then().body("variants[0].lowest_price_30_days", nullValue());
        // The list's price counts for a later reduction, a price for another country does not.
        PriceListFixture.create(Map.of("countries", List.of("IE"))).setPrices(row(sku, 1, 600));
        PriceListFixture later = PriceListFixture.create(Map.of());
        later.setPrices(row(sku, 1, 750));
        assertReduced(sku, 750, 1_000, 700);
    }

    private static void assertReduced(String sku, int price, int compareAt, int lowest) {
        given().get(page(sku))
                .then()
                .body("variants[0].price.amount", equalTo(price))
                .body("variants[0].compare_at_price.amount", equalTo(compareAt))
                .body("variants[0].lowest_price_30_days.amount", equalTo(lowest));
    }

    @Test
    void historyHasEveryBasePriceOnce() throws SQLException {
        String sku = products.createProduct(250, 10);
        String id = database.query("SELECT id FROM catalog.variant WHERE sku = '%s'".formatted(sku));
        database.execute("UPDATE pricing.price SET amount = 240 WHERE variant_id = '%s'".formatted(id));
        database.execute("DELETE FROM pricing.price WHERE variant_id = '%s'".formatted(id));
        assertThat(database.query("""
                        SELECT string_agg(amount || CASE WHEN valid_until IS NULL THEN '' ELSE ' ended' END, ', '
                                          ORDER BY id)
                          FROM pricing.price_history WHERE variant_id = '%s'
                        """.formatted(id))).isEqualTo("250 ended, 240 ended");
    }

    private static void awaitInstant(Instant instant) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !Instant.now().isBefore(instant));
    }

    private static String page(String sku) {
        return "/store/v1/products/" + ProductFixture.slug(sku) + "?currency=GBP";
    }

    private static Response awaitHit(String page) {
        return await().atMost(Duration.ofSeconds(10))
                .until(() -> given().get(page), response -> "fondaco; hit".equals(response.header("Cache-Status")));
    }
}
