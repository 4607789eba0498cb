package io.fondaco.shipping;

import static io.fondaco.shipping.ShippingFixture.PROFILES;
import static io.fondaco.shipping.ShippingFixture.change;
import static io.fondaco.shipping.ShippingFixture.gbp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The shipping methods of carts, as shoppers see and order them. */
@QuarkusTest
class CartShippingTest {
    private static final String COUNTRY = "AX";

    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    @Test
    void weightAndItemsOfTheCartChooseTheRate() throws SQLException {
        try (ShippingFixture zone = ShippingFixture.zone(COUNTRY)) {
            zone.method(method(
                    "standard",
                    Map.of(
                            "rates",
                            List.of(
                                    Map.of("price", gbp(400)),
                                    Map.of("min_weight_grams", 3_000, "price", gbp(700)),
                                    Map.of("min_weight_grams", 3_000, "min_items", 5, "price", gbp(650))),
                            "max_weight_grams",
                            10_000)));
            String sku = product(1_000, "default");
            awaitPrice(shopper(sku, 2, "City"), "standard", 400);
            awaitPrice(shopper(sku, 3, "City"), "standard", 700);
            awaitPrice(shopper(sku, 5, "City"), "standard", 650);
            methods(shopper(sku, 11, "City")).body("data.code", contains("pickup"));
        }
    }

    @Test
    void shippingIsFreeFromASubtotal() throws SQLException {
        try (ShippingFixture zone = ShippingFixture.zone(COUNTRY)) {
            zone.method(method("standard", Map.of("free_from", gbp(1_000))));
            String sku = product(0, "default");
            awaitPrice(shopper(sku, 3, "City"), "standard", 400);
            Shopper shopper = shopper(sku, 4, "City");
            awaitPrice(shopper, "standard", 0);
            shopper.request()
                    .body(Map.of("shipping_method", "standard"))
                    .patch(shopper.path(""))
                    .then()
                    .statusCode(200)
                    .body("totals.shipping.amount", equalTo(0));
        }
    }

    @Test
    void pickupLocationAndEstimateAreShown() {
        String location = "l" + UUID.randomUUID().toString().substring(0, 8);
        AdminApi.request()
                .body(Map.of("code", location, "active", false))
                .post("/admin/v1/stock-locations")
                .then()
                .statusCode(201);
        try (ShippingFixture zone = ShippingFixture.zone(COUNTRY)) {
            zone.method(Map.of("code", "collect", "name", "Collect", "pickup_location", location));
            zone.method(method("standard", Map.of("estimate_min_days", 2, "estimate_max_days", 4)));
            Shopper shopper = shopper(productFixture.createProduct(250, 10), 1, "City");
            awaitPrice(shopper, "standard", 400);
            LocalDate today = LocalDate.now(ZoneOffset.UTC);
            methods(shopper)
                    .body("data.code", contains("collect", "pickup", "standard"))
                    .body("data[0].pickup_location", equalTo(location))
                    .body("data[0].needs_address", equalTo(false))
                    .body("data[1]", not(hasKey("estimate")))
                    .body("data[1]", not(hasKey("pickup_location")))
                    .body("data[2].estimate.min_days", equalTo(2))
                    .body("data[2].estimate.max_days", equalTo(4))
                    .body("data[2].estimate.earliest", equalTo(today.plusDays(2).toString()))
                    .body("data[2].estimate.latest", equalTo(today.plusDays(4).toString()));
        }
    }

    /** The cut-off time is a minute ago, or far ahead, in a time zone that is not the one of the server. */
    @Test
    void ordersAfterTheCutoffTimeArriveADayLater() {
        ZonedDateTime now = noonSomewhere();
        try (ShippingFixture zone = ShippingFixture.zone(COUNTRY)) {
            zone.method(withCutoff("after", now.toLocalTime().minusMinutes(1), now.getZone()));
            zone.method(withCutoff("before", now.toLocalTime().plusHours(2), now.getZone()));
            Shopper shopper = shopper(productFixture.createProduct(250, 10), 1, "City");
            awaitPrice(shopper, "before", 400);
            LocalDate today = now.toLocalDate();
            methods(shopper)
                    .body("data.code", contains("pickup", "after", "before", "standard"))
                    .body("data[1].estimate.min_days", equalTo(2))
                    .body("data[1].estimate.earliest", equalTo(today.plusDays(2).toString()))
                    .body("data[2].estimate.min_days", equalTo(1))
                    .body("data[2].estimate.latest", equalTo(today.plusDays(3).toString()));
        }
    }

    /** The current time in a zone in which midnight is hours away. */
    private static ZonedDateTime noonSomewhere() {
        ZonedDateTime utc = ZonedDateTime.now(ZoneOffset.UTC);
        return utc.withZoneSameInstant(ZoneOffset.ofHours(12 - utc.getHour()));
    }

    private static Map<String, Object> withCutoff(String code, LocalTime time, ZoneId zone) {
        return method(
                code,
                Map.of(
                        "estimate_min_days",
                        1,
                        "estimate_max_days",
                        3,
                        "cutoff",
                        Map.of("time", DateTimeFormatter.ofPattern("HH:mm").format(time), "time_zone", zone.getId())));
    }

    @Test
    void profilesAreSentSeparatelyAndRestrictTheirProducts() throws SQLException {
        String profile = "p" + UUID.randomUUID().toString().substring(0, 13);
        AdminApi.request()
                .body(Map.of("code", profile, "name", "Bulky", "excluded_methods", List.of("express")))
                .post(PROFILES)
                .then()
                .statusCode(201);
        String path = PROFILES + "/" + profile;
        try (ShippingFixture zone = ShippingFixture.zone(COUNTRY)) {
            zone.method(method("standard", Map.of()));
            zone.method(method("standard", Map.of("profile", profile, "rates", List.of(Map.of("price", gbp(5_000))))));
            zone.method(method("express", Map.of("rates", List.of(Map.of("price", gbp(900))))));
            Shopper shopper = shopper(product(1_000, "default"), 1, "City");
            awaitPrice(shopper, "express", 900);
            shopper.addLine(product(40_000, profile), 1).then().statusCode(200);
            methods(shopper)
                    .body("data.code", contains("pickup", "standard"))
                    .body("data.price.amount", contains(0, 5_400));
            shopper.request()
                    .body(Map.of("shipping_method", "express"))
                    .patch(shopper.path(""))
                    .then()
                    .statusCode(422)
                    .body("code", equalTo("unknown_shipping_method"));
            change(path, Map.of("excluded_countries", List.of(COUNTRY))).then().statusCode(200);
            await().untilAsserted(() -> methods(shopper).body("data.code", contains("pickup")));
        } finally {
            ShippingFixture.delete(path);
        }
    }

    @Test
    void methodsOfACartExecuteNoShippingStatementUntilTheRulesChange() throws SQLException {
        Shopper shopper = shopper(productFixture.createProduct(250, 10), 1, "City");
        awaitPrice(shopper, "standard", 1_295);
        await().pollInSameThread()
                .untilAsserted(() -> assertThat(statementsOf(shopper)).isZero());
        try (ShippingFixture zone = ShippingFixture.zone(COUNTRY)) {
            String path = zone.method(method("standard", Map.of()));
            awaitPrice(shopper, "standard", 400);
            await().pollInSameThread()
                    .untilAsserted(() -> assertThat(statementsOf(shopper)).isZero());
            long before = statements();
            change(path, Map.of("rates", List.of(Map.of("price", gbp(450)))))
                    .then()
                    .statusCode(200);
            long ofAdmin = statements() - before;
            awaitPrice(shopper, "standard", 450);
            assertThat(statements() - before - ofAdmin)
                    .as("zones, methods and profiles, at most twice while the change arrives")
                    .isBetween(3L, 6L);
        }
    }

    private long statementsOf(Shopper shopper) throws SQLException {
        long before = statements();
        methods(shopper);
        shopper.getCart().then().statusCode(200);
        return statements() - before;
    }

    private long statements() throws SQLException {
        return database.countStatements("shipping\\.");
    }

    @Test
    void liveRateIsShownKeptAndCharged() throws SQLException {
        try (ShippingFixture zone = ShippingFixture.zone(COUNTRY)) {
            zone.method(live("live", Map.of()));
            Shopper shopper = shopper(product(1_500, "default"), 1, "City " + UUID.randomUUID());
            awaitPrice(shopper, "live", 500);
            methods(shopper).body("data.find { it.code == 'live' }.estimate.max_days", equalTo(4));
            shopper.request()
                    .body(Map.of("shipping_method", "live"))
                    .patch(shopper.path(""))
                    .then()
                    .statusCode(200)
                    .body("totals.shipping.amount", equalTo(500));
            shopper.complete("tok_ok").then().statusCode(201).body("totals.shipping.amount", equalTo(500));
        }
    }

    /** No request has fetched the rate before: the transaction that changes the cart is repeated with it. */
    @Test
    void liveRateIsFetchedOutsideOfTheTransactionThatNeedsIt() throws SQLException {
        try (ShippingFixture zone = ShippingFixture.zone(COUNTRY)) {
            zone.method(live("live", Map.of()));
            String sku = product(1_500, "default");
            awaitPrice(shopper(sku, 1, "City"), "live", 500);
            Shopper shopper = Shopper.withCart(sku, 2);
            shopper.request()
                    .body(Map.of("shipping_method", "live", "shipping_address", address("City " + UUID.randomUUID())))
                    .patch(shopper.path(""))
                    .then()
                    .statusCode(200)
                    .body("shipping_method", equalTo("live"))
                    .body("totals.shipping.amount", equalTo(600));
        }
    }

    /** The key, the change and the response are one transaction, which only the client can repeat. */
    @Test
    void ownRatesApplyInATransactionThatIsNotRepeated() throws SQLException {
        try (ShippingFixture zone = ShippingFixture.zone(COUNTRY)) {
            zone.method(live("live", Map.of("rates", List.of(Map.of("price", gbp(999))))));
            String sku = product(1_500, "default");
            awaitPrice(shopper(sku, 1, "City"), "live", 500);
            Shopper shopper = Shopper.withCart(sku, 2);
            shopper.request()
                    .header("Idempotency-Key", "k")
                    .body(Map.of("shipping_method", "live", "shipping_address", address("City " + UUID.randomUUID())))
                    .patch(shopper.path(""))
                    .then()
                    .statusCode(200)
                    .body("totals.shipping.amount", equalTo(999));
            shopper.getCart().then().statusCode(200).body("totals.shipping.amount", equalTo(600));
        }
    }

    @Test
    void ownRatesApplyWithinTheTimeLimitWhileTheProviderIsDown() throws SQLException {
        try (ShippingFixture zone = ShippingFixture.zone(COUNTRY)) {
            zone.method(live("live", Map.of("rates", List.of(Map.of("price", gbp(999))))));
            zone.method(live("only-live", Map.of()));
            String sku = product(1_500, "default");
            awaitPrice(shopper(sku, 1, "City"), "only-live", 500);
            for (String city : List.of("Down", "Slow")) {
                long start = System.nanoTime();
                Shopper shopper = shopper(sku, 1, city);
                Response methods = shopper.request().get(shopper.path("/shipping-methods"));
                methods.then()
                        .statusCode(200)
                        .body("data.code", contains("pickup", "live", "standard"))
                        .body("data.price.amount", contains(0, 999, 1_295));
                assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start))
                        .as("the slow provider would answer after 5 s")
                        .isLessThan(4_500);
            }
            methods(shopper(sku, 1, "Nowhere")).body("data.code", contains("pickup", "standard"));
        }
    }

    private static Map<String, Object> live(String code, Map<String, Object> more) {
        Map<String, Object> body =
                new HashMap<>(Map.of("code", code, "name", code, "currency", "GBP", "provider", "test"));
        body.putAll(more);
        return body;
    }

    /** A method that costs 4.00 GBP. */
    private static Map<String, Object> method(String code, Map<String, Object> more) {
        Map<String, Object> body = new HashMap<>(
                Map.of("code", code, "name", code, "currency", "GBP", "rates", List.of(Map.of("price", gbp(400)))));
        body.putAll(more);
        return body;
    }

    /** A product for 2.50 GBP. It is changed before a cart has it, so no pod has cached it. */
    private String product(long weightGrams, String profile) throws SQLException {
        String sku = productFixture.createProduct(250, 100);
        database.execute("""
                UPDATE catalog.variant SET weight_grams = %d WHERE sku = '%s';
                UPDATE catalog.product SET shipping_profile = '%s'
                 WHERE id = (SELECT product_id FROM catalog.variant WHERE sku = '%s')
                """.formatted(weightGrams, sku, profile, sku));
        return sku;
    }

    private static Shopper shopper(String sku, int quantity, String city) {
        Shopper shopper = Shopper.withCart(sku, quantity);
        shopper.request()
                .body(Map.of("shipping_address", address(city)))
                .patch(shopper.path(""))
                .then()
                .statusCode(200);
        return shopper;
    }

    private static Map<String, Object> address(String city) {
        return Map.of(
                "name", "Tove", "line1", "Storagatan 1", "city", city, "postal_code", "22100", "country", COUNTRY);
    }

    private static ValidatableResponse methods(Shopper shopper) {
        return shopper.request().get(shopper.path("/shipping-methods")).then().statusCode(200);
    }

    /** The pod applies changes of the rules when it has read the invalidation log. */
    private static void awaitPrice(Shopper shopper, String method, int pence) {
        await().untilAsserted(() -> methods(shopper)
                .body("data.find { it.code == '%s' }?.price?.amount".formatted(method), equalTo(pence)));
    }
}
