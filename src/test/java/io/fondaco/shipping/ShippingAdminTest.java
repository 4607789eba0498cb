package io.fondaco.shipping;

import static io.fondaco.shipping.ShippingFixture.PROFILES;
import static io.fondaco.shipping.ShippingFixture.ZONES;
import static io.fondaco.shipping.ShippingFixture.change;
import static io.fondaco.shipping.ShippingFixture.gbp;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Zones, methods and profiles in the admin API. */
@QuarkusTest
class ShippingAdminTest {
    @Inject
    ShopDatabase database;

    @Test
    void zoneIsCreatedReadChangedAndDeleted() {
        Response created = AdminApi.request()
                .body(Map.of(
                        "name",
                        "Bavaria",
                        "countries",
                        List.of("DE", "DE"),
                        "regions",
                        List.of("BY"),
                        "postal_codes",
                        List.of("80*", "90000-97999")))
                .post(ZONES);
        created.then()
                .statusCode(201)
                .header("ETag", equalTo("\"1\""))
                .body("id", startsWith("shippingzone_"))
                .body("countries", contains("DE"))
                .body("postal_codes", contains("80*", "90000-97999"));
        String path = ZONES + "/" + created.path("id");
        AdminApi.request().get(path).then().statusCode(200).body("name", equalTo("Bavaria"));
        AdminApi.request().body(Map.of("name", "x")).patch(path).then().statusCode(428);
        AdminApi.request()
                .header("If-Match", "\"7\"")
                .body(Map.of("name", "x"))
                .patch(path)
                .then()
                .statusCode(412);
        AdminApi.request()
                .header("If-Match", "\"1\"")
                .body(Map.of("name", "South", "postal_codes", List.of()))
                .patch(path)
                .then()
                .statusCode(200)
                .header("ETag", equalTo("\"2\""))
                .body("name", equalTo("South"))
                .body("regions", contains("BY"))
                .body("postal_codes", empty());
        AdminApi.request().header("If-Match", "\"1\"").delete(path).then().statusCode(412);
        AdminApi.request().header("If-Match", "\"2\"").delete(path).then().statusCode(204);
        AdminApi.request().get(path).then().statusCode(404);
    }

    @Test
    void changesOfZonesAndMethodsAreEvents() throws SQLException {
        ShippingFixture zone = ShippingFixture.zone("AD");
        String method = zone.method(
                Map.of("code", "standard", "name", "Standard", "currency", "GBP", "rates", List.of(rate(400))));
        change(method, Map.of("name", "Post")).then().statusCode(200);
        change(method, Map.of("max_weight_grams", -1)).then().statusCode(422);
        ShippingFixture.delete(method);
        change(zone.path(), Map.of("name", "Pyrenees")).then().statusCode(200);
        zone.close();
        assertThat(eventsOf(method))
                .isEqualTo("shipping_method.created 1, shipping_method.updated 2, shipping_method.deleted 3");
        assertThat(eventsOf(zone.path()))
                .isEqualTo("shipping_zone.created 1, shipping_zone.updated 2, shipping_zone.deleted 3");
    }

    private String eventsOf(String path) throws SQLException {
        return database.query("""
                SELECT string_agg(type || ' ' || version, ', ' ORDER BY sequence)
                  FROM messaging.outbox WHERE subject = '%s'
                """.formatted(path.substring(path.lastIndexOf('/') + 1)));
    }

    @Test
    void invalidZoneIsRejectedWithPointers() {
        AdminApi.request()
                .body(Map.of(
                        "name",
                        "x",
                        "regions",
                        List.of("BY", " "),
                        "postal_codes",
                        List.of("80331", "(a+)+", "99999-90000")))
                .post(ZONES)
                .then()
                .statusCode(422)
                .body(
                        "errors.pointer",
                        containsInAnyOrder("/countries", "/regions/1", "/postal_codes/1", "/postal_codes/2"));
        AdminApi.request()
                .body(Map.of("name", "x", "countries", List.of("DE", "XX")))
                .post(ZONES)
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/countries/1"));
        AdminApi.request()
                .body(Map.of("name", "x", "countries", List.of("DE"), "postal_codes", Collections.nCopies(501, "1")))
                .post(ZONES)
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/postal_codes"));
        AdminApi.request()
                .body(Map.of("name", "x", "countries", List.of("DE"), "postal_codes", List.of("1".repeat(21))))
                .post(ZONES)
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/postal_codes/0"));
        AdminApi.request().get(ZONES + "/nonsense").then().statusCode(404);
    }

    @Test
    void zonesAreListedPageByPage() {
        try (ShippingFixture zone = ShippingFixture.zone("AD")) {
            List<String> seen = new ArrayList<>();
            String cursor = null;
            do {
                var request = AdminApi.request().queryParam("limit", 2);
                if (cursor != null) {
                    request.queryParam("cursor", cursor);
                }
                Response page = request.get(ZONES);
                page.then().statusCode(200);
                seen.addAll(page.path("data.id"));
                cursor = page.path("next_cursor");
            } while (cursor != null);
            assertThat(seen).doesNotHaveDuplicates().hasSizeGreaterThan(4);
            assertThat(zone.path()).endsWith(seen.getLast());
        }
    }

    @Test
    void everyChangeableFieldOfAMethodIsChangedInANewVersion() {
        try (ShippingFixture zone = ShippingFixture.zone("AD")) {
            String path = zone.method(
                    Map.of("code", "standard", "name", "Standard", "currency", "GBP", "rates", List.of(rate(400))));
            List<Map.Entry<String, Object>> changes = List.of(
                    Map.entry("name", "Post"),
                    Map.entry(
                            "rates",
                            List.of(rate(500), Map.of("min_weight_grams", 5_000, "min_items", 2, "price", gbp(900)))),
                    Map.entry("free_from", gbp(5_000)),
                    Map.entry(
                            "surcharges",
                            List.of(Map.of("per", "kilogram", "beyond_weight_grams", 5_000, "price", gbp(30)))),
                    Map.entry("max_weight_grams", 30_000),
                    Map.entry("active", false));
            for (Map.Entry<String, Object> change : changes) {
                change(path, Map.of(change.getKey(), change.getValue())).then().statusCode(200);
            }
            change(path, Map.of("estimate_min_days", 1, "estimate_max_days", 3))
                    .then()
                    .statusCode(200);
            change(path, Map.of("cutoff", Map.of("time", "14:00", "time_zone", "Europe/London")))
                    .then()
                    .statusCode(200)
                    .header("ETag", equalTo("\"9\""));
            AdminApi.request()
                    .get(path)
                    .then()
                    .statusCode(200)
                    .body("name", equalTo("Post"))
                    .body("currency", equalTo("GBP"))
                    .body("rates.price.amount", contains(500, 900))
                    .body("rates[1].min_weight_grams", equalTo(5_000))
                    .body("rates[1].min_subtotal", nullValue())
                    .body("free_from.amount", equalTo(5_000))
                    .body("free_from.currency", equalTo("GBP"))
                    .body("surcharges.per", contains("kilogram"))
                    .body("surcharges.beyond_weight_grams", contains(5_000))
                    .body("max_weight_grams", equalTo(30_000))
                    .body("active", equalTo(false))
                    .body("estimate_max_days", equalTo(3))
                    .body("cutoff.time_zone", equalTo("Europe/London"))
                    .body("needs_address", equalTo(true));
            change(path, Map.of("clear", List.of("free_from", "cutoff", "estimate", "max_weight_grams")))
                    .then()
                    .statusCode(200)
                    .body("free_from", nullValue())
                    .body("cutoff", nullValue())
                    .body("estimate_min_days", nullValue())
                    .body("max_weight_grams", nullValue());
            AdminApi.request().get(zone.path() + "/methods").then().body("data.code", contains("standard"));
            AdminApi.request().delete(path).then().statusCode(428);
            ShippingFixture.delete(path);
            AdminApi.request().get(zone.path() + "/methods").then().body("data", empty());
        }
    }

    @Test
    void methodOfAnotherZoneIsNotFound() {
        try (ShippingFixture zone = ShippingFixture.zone("AD");
                ShippingFixture other = ShippingFixture.zone("AD")) {
            String method = zone.method(Map.of("code", "free", "name", "Free"));
            String id = method.substring(method.lastIndexOf('/'));
            AdminApi.request().get(other.path() + "/methods" + id).then().statusCode(404);
        }
        AdminApi.request()
                .get(ZONES + "/shippingzone_00000000000000000000000000/methods")
                .then()
                .statusCode(404);
    }

    @Test
    void codeIsUniqueForZoneCurrencyAndProfile() {
        String profile = profile(Map.of());
        try (ShippingFixture zone = ShippingFixture.zone("AD")) {
            Map<String, Object> method =
                    Map.of("code", "standard", "name", "Standard", "currency", "GBP", "rates", List.of(rate(400)));
            zone.method(method);
            AdminApi.request()
                    .body(method)
                    .post(zone.path() + "/methods")
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("method_exists"));
            Map<String, Object> ofProfile = new HashMap<>(method);
            ofProfile.put("profile", profile);
            zone.method(ofProfile);
            AdminApi.request()
                    .header("If-Match", "*")
                    .delete(PROFILES + "/" + profile)
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("profile_in_use"));
        }
        ShippingFixture.delete(PROFILES + "/" + profile);
    }

    @Test
    void invalidMethodIsRejectedWithPointers() {
        try (ShippingFixture zone = ShippingFixture.zone("AD")) {
            Map<String, Object> invalid = new HashMap<>(Map.of(
                    "code",
                    "standard",
                    "name",
                    "Standard",
                    "currency",
                    "GBP",
                    "rates",
                    List.of(
                            rate(-1),
                            Map.of("price", Map.of("amount", 5, "currency", "EUR"), "min_items", 1),
                            Map.of("price", gbp(7), "min_weight_grams", 0)),
                    "free_from",
                    gbp(-5),
                    "profile",
                    "no-such",
                    "estimate_min_days",
                    5,
                    "estimate_max_days",
                    3));
            invalid.put("cutoff", Map.of("time", "14:00", "time_zone", "Europe/Atlantis"));
            invalid.put("pickup_location", "no-such-location");
            invalid.put("needs_address", true);
            invalid.put(
                    "surcharges",
                    List.of(Map.of("per", "item", "beyond_weight_grams", 5, "profile", "no-such", "price", gbp(1))));
            AdminApi.request()
                    .body(invalid)
                    .post(zone.path() + "/methods")
                    .then()
                    .statusCode(422)
                    .body(
                            "errors.pointer",
                            containsInAnyOrder(
                                    "/rates/0/price/amount",
                                    "/rates/1/price/currency",
                                    "/rates/2",
                                    "/free_from/amount",
                                    "/surcharges/0/beyond_weight_grams",
                                    "/surcharges/0/profile",
                                    "/profile",
                                    "/estimate_max_days",
                                    "/cutoff/time_zone",
                                    "/pickup_location",
                                    "/needs_address"));
            expectInvalid(zone, Map.of("code", "a", "name", "A", "currency", "GBP"), "/rates");
            expectInvalid(zone, Map.of("code", "a", "name", "A", "currency", "XXX", "rates", List.of()), "/currency");
            expectInvalid(zone, Map.of("code", "a", "name", "A", "free_from", gbp(1)), "/currency");
            expectInvalid(
                    zone, Map.of("code", "a", "name", "A", "currency", "GBP", "provider", "no-such"), "/provider");
            expectInvalid(zone, Map.of("code", "A B", "name", "A"), "/code");
            expectInvalid(
                    zone,
                    Map.of("code", "a", "name", "A", "cutoff", Map.of("time", "24:00", "time_zone", "UTC")),
                    "/cutoff/time");
            expectInvalid(zone, Map.of("code", "a", "name", "A", "estimate_min_days", 1), "/estimate_max_days");
            expectInvalid(zone, Map.of("code", "a", "name", "A", "max_weight_grams", 0), "/max_weight_grams");
        }
    }

    private static void expectInvalid(ShippingFixture zone, Map<String, Object> body, String pointer) {
        AdminApi.request()
                .body(body)
                .post(zone.path() + "/methods")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains(pointer));
    }

    @Test
    void profileIsCreatedReadChangedAndDeleted() {
        String code = randomCode();
        Map<String, Object> body = Map.of("code", code, "name", "Bulky goods", "excluded_countries", List.of("IE"));
        AdminApi.request()
                .body(body)
                .post(PROFILES)
                .then()
                .statusCode(201)
                .header("ETag", equalTo("\"1\""))
                .body("excluded_countries", contains("IE"))
                .body("excluded_methods", empty());
        AdminApi.request().body(body).post(PROFILES).then().statusCode(409).body("code", equalTo("profile_exists"));
        String path = PROFILES + "/" + code;
        change(path, Map.of("excluded_methods", List.of("express"), "name", "Freight"))
                .then()
                .statusCode(200)
                .header("ETag", equalTo("\"2\""))
                .body("name", equalTo("Freight"))
                .body("excluded_countries", contains("IE"))
                .body("excluded_methods", contains("express"));
        change(path, Map.of("excluded_countries", List.of("XX"))).then().statusCode(422);
        AdminApi.request().queryParam("limit", 100).get(PROFILES).then().body("data.code", hasItem(code));
        AdminApi.request().delete(path).then().statusCode(428);
        AdminApi.request().header("If-Match", "\"2\"").delete(path).then().statusCode(204);
        AdminApi.request().get(path).then().statusCode(404);
    }

    @Test
    void defaultProfileCannotBeDeleted() {
        AdminApi.request()
                .header("If-Match", "*")
                .delete(PROFILES + "/default")
                .then()
                .statusCode(409)
                .body("code", equalTo("default_profile"));
        AdminApi.request().get(PROFILES + "/default").then().statusCode(200);
    }

    @Test
    void keyWithoutWriteScopeIsForbidden() {
        String secret = AdminApi.request()
                .body(Map.of("name", "reader", "scopes", List.of("shipping:read")))
                .post("/admin/v1/api-keys")
                .path("secret");
        for (String path : List.of(ZONES, PROFILES)) {
            given().header("Authorization", "Bearer " + secret).get(path).then().statusCode(200);
            given().header("Authorization", "Bearer " + secret)
                    .contentType(ContentType.JSON)
                    .body(Map.of("name", "x", "code", "x"))
                    .post(path)
                    .then()
                    .statusCode(403);
            given().get(path).then().statusCode(401);
        }
    }

    private static String profile(Map<String, Object> more) {
        Map<String, Object> body = new HashMap<>(Map.of("code", randomCode(), "name", "Profile of a test"));
        body.putAll(more);
        Response created = AdminApi.request().body(body).post(PROFILES);
        created.then().statusCode(201);
        return created.path("code");
    }

    private static String randomCode() {
        return "p" + UUID.randomUUID().toString().substring(0, 13);
    }

    private static Map<String, Object> rate(long pence) {
        return Map.of("price", gbp(pence));
    }
}
