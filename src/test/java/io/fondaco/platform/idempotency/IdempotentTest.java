package io.fondaco.platform.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.fondaco.ConcurrentRunner;
import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Repeated requests over HTTP to methods with {@code @Idempotent}. */
@QuarkusTest
class IdempotentTest {
    private final ProductFixture productFixture;
    private final ShopDatabase database;

    IdempotentTest(ProductFixture productFixture, ShopDatabase database) {
        this.productFixture = productFixture;
        this.database = database;
    }

    @Test
    void lineIsAddedOncePerKey() {
        String sku = productFixture.createProduct(250, 10);
        Shopper shopper = Shopper.withCart(sku, 1);
        String key = key();
        Response first = add(shopper, sku, 2, key);
        first.then().statusCode(200).header("Idempotent-Replayed", nullValue());
        Response second = add(shopper, sku, 2, key);
        second.then().statusCode(200).header("Idempotent-Replayed", "true");
        assertThat(second.asString()).isEqualTo(first.asString());
        shopper.getCart().then().body("lines", hasSize(1)).body("lines[0].quantity", equalTo(3));
        add(shopper, sku, 2, key()).then().statusCode(200);
        shopper.getCart().then().body("lines[0].quantity", equalTo(5));
    }

    /** The response of a cart change is not stored, because it can be large and any client can request it. */
    @Test
    void repeatedCartChangeReturnsTheCurrentCart() throws Exception {
        String sku = productFixture.createProduct(250, 10);
        Shopper shopper = Shopper.withCart(sku, 1);
        String key = key();
        add(shopper, sku, 2, key).then().statusCode(200).body("lines[0].quantity", equalTo(3));
        shopper.addLine(sku, 1).then().statusCode(200);
        add(shopper, sku, 2, key)
                .then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("lines[0].quantity", equalTo(4));
        assertThat(database.query("SELECT body FROM idempotency.request WHERE key = '%s'".formatted(key)))
                .isEmpty();
    }

    @Test
    void numberOfKeysIsLimitedForCallersWithoutApiKey() throws Exception {
        String sku = productFixture.createProduct(250, 10);
        Shopper shopper = Shopper.withCart(sku, 1);
        String first = key();
        add(shopper, sku, 2, first).then().statusCode(200);
        database.execute("""
                INSERT INTO idempotency.request (principal, route, key, fingerprint, status, body)
                SELECT principal, route, key || n, fingerprint, 200, ''
                  FROM idempotency.request, generate_series(1, 999) n WHERE key = '%s'
                """.formatted(first));
        add(shopper, sku, 2, key()).then().statusCode(429).body("code", equalTo("too_many_idempotency_keys"));
        // The first key still replays, and requests without a key and of other callers are served.
        add(shopper, sku, 2, first).then().statusCode(200).header("Idempotent-Replayed", "true");
        shopper.addLine(sku, 1).then().statusCode(200).body("lines[0].quantity", equalTo(4));
        add(Shopper.withCart(sku, 1), sku, 2, key()).then().statusCode(200);
    }

    @Test
    void requestsWithoutAKeyTakeEffectEachTime() {
        String sku = productFixture.createProduct(250, 10);
        Shopper shopper = Shopper.withCart(sku, 1);
        for (int i = 0; i < 2; i++) {
            shopper.addLine(sku, 1);
        }
        shopper.getCart().then().body("lines[0].quantity", equalTo(3));
    }

    @Test
    void sameKeyWithAnotherBodyIsRejected() {
        String sku = productFixture.createProduct(250, 10);
        Shopper shopper = Shopper.withCart(sku, 1);
        String key = key();
        add(shopper, sku, 2, key).then().statusCode(200);
        add(shopper, sku, 3, key).then().statusCode(422).body("code", equalTo("idempotency_key_reused"));
        shopper.getCart().then().body("lines[0].quantity", equalTo(3));
    }

    @Test
    void keysOfDifferentShoppersAreIndependent() {
        String sku = productFixture.createProduct(250, 10);
        String key = key();
        for (int i = 0; i < 2; i++) {
            Shopper shopper = Shopper.withCart(sku, 1);
            add(shopper, sku, 2, key).then().statusCode(200).header("Idempotent-Replayed", nullValue());
            shopper.getCart().then().body("lines[0].quantity", equalTo(3));
        }
    }

    @Test
    void concurrentRequestsWithOneKeyTakeEffectOnce() throws Exception {
        String sku = productFixture.createProduct(250, 10);
        Shopper shopper = Shopper.withCart(sku, 1);
        String key = key();
        List<Response> answers = ConcurrentRunner.runAll(50, 10, _ -> add(shopper, sku, 2, key));
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
        assertThat(answers.stream().map(Response::asString).distinct()).hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.header("Idempotent-Replayed") == null))
                .hasSize(1);
        shopper.getCart().then().body("lines[0].quantity", equalTo(3));
    }

    @Test
    void failureRollsTheKeyBack() throws Exception {
        String sku = productFixture.createProduct(250, 10);
        Shopper shopper = Shopper.withCart(sku, 1);
        String key = key();
        add(shopper, "NO-SUCH-SKU", 2, key).then().statusCode(422);
        assertThat(database.query("SELECT count(*) FROM idempotency.request WHERE key = '%s'".formatted(key)))
                .isEqualTo("0");
        add(shopper, sku, 2, key).then().statusCode(200);
    }

    @Test
    void replayHasTheStoredETag() {
        String key = key();
        Map<String, ?> product = Map.of("title", "Thing", "slug", "thing-" + UUID.randomUUID());
        Response first =
                AdminApi.request().header("Idempotency-Key", key).body(product).post("/admin/v1/products");
        first.then().statusCode(201);
        Response second =
                AdminApi.request().header("Idempotency-Key", key).body(product).post("/admin/v1/products");
        second.then().statusCode(201).header("Idempotent-Replayed", "true").header("ETag", first.header("ETag"));
        assertThat(second.asString()).isEqualTo(first.asString());
    }

    private static Response add(Shopper shopper, String sku, int quantity, String key) {
        return shopper.request()
                .header("Idempotency-Key", key)
                .body(Map.of("sku", sku, "quantity", quantity))
                .post(shopper.path("/lines"));
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }
}
