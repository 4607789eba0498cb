package io.fondaco.checkout;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ShopDatabase;
import io.fondaco.catalog.ProductId;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Carts are priced from a cache in the pod, and charged as the database says. */
@QuarkusTest
class CachedPricesTest {
    private static final Map<String, Object> ICELAND = Map.of(
            "name", "Vigdís", "line1", "Sóleyjargata 1", "city", "Reykjavík", "postal_code", "101", "country", "IS");

    /** The hash of a cache tag, as the application calculates it. */
    private static final String TAG_HASH = """
            ('x' || left(encode(sha256(convert_to('%s', 'UTF8')), 'hex'), 16))::bit(64)::bigint""";

    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    /** No message of the other pod arrives, and this pod reads the log only several times a second. */
    @Test
    void priceThatAnotherPodHasJustChangedIsCharged() throws SQLException {
        String sku = productFixture.createProduct(250, 10);
        Shopper shopper = Shopper.readyToCheckout(sku, 1);
        ProductId product = new ProductId(UUID.fromString(
                database.query("SELECT product_id FROM catalog.variant WHERE sku = '%s'".formatted(sku))));
        shopper.getCart().then().body("totals.total.amount", equalTo(250));
        database.execute("""
                BEGIN;
                UPDATE pricing.price SET amount = 300
                 WHERE variant_id = (SELECT id FROM catalog.variant WHERE sku = '%s');
                INSERT INTO cache.invalidation (tags) VALUES (ARRAY[%s]);
                COMMIT
                """.formatted(sku, TAG_HASH.formatted(product)));
        shopper.request()
                .header("Idempotency-Key", "k")
                .body("""
                        {"payment": {"provider": "test", "token": "tok_ok"},
                         "expected_total": {"amount": 250, "currency": "GBP"}}
                        """)
                .post(shopper.path("/complete"))
                .then()
                .statusCode(409)
                .body("code", equalTo("price_changed"))
                .body("total.amount", equalTo(300));
        shopper.complete("tok_ok").then().statusCode(201).body("totals.total.amount", equalTo(300));
    }

    @Test
    void shippingMethodThatIsChangedBySqlApplies() throws SQLException {
        Shopper shopper = Shopper.withCart(productFixture.createProduct(250, 10), 1);
        shopper.request().body(Map.of("shipping_address", ICELAND)).patch(shopper.path(""));
        awaitMethods(shopper, "pickup", "standard");
        database.execute("""
                WITH zone AS (INSERT INTO shipping.zone (id, name, countries) VALUES (uuidv7(), 'Iceland', '{IS}')
                              RETURNING id)
                INSERT INTO shipping.method (id, zone_id, code, name, currency, rates)
                SELECT uuidv7(), id, 'ship', 'By ship', 'GBP', '[{"price": {"amount": 500, "currency": "GBP"}}]'
                  FROM zone
                """);
        try {
            awaitMethods(shopper, "pickup", "ship", "standard");
        } finally {
            database.execute("DELETE FROM shipping.zone WHERE name = 'Iceland'");
        }
        awaitMethods(shopper, "pickup", "standard");
    }

    private static void awaitMethods(Shopper shopper, String... codes) {
        await().untilAsserted(() -> shopper.request()
                .get(shopper.path("/shipping-methods"))
                .then()
                .body("data.code", contains(List.of(codes).toArray())));
    }
}
