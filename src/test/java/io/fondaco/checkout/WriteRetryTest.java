package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ShopDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Transactions that fail with a deadlock or serialization failure are retried in new ones, and counted. */
@QuarkusTest
class WriteRetryTest {
    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    @Inject
    MeterRegistry metrics;

    @ParameterizedTest
    @CsvSource({
        "payment.payment, NEW.amount = 7702, 40P01, fondaco.database.deadlocks",
        "\"order\".orders, NEW.total = 7702, 40001, fondaco.database.serialization.failures"
    })
    void failedCheckoutTransactionIsRetriedInANewTransaction(
            String table, String condition, String state, String counter) throws SQLException {
        String sku = productFixture.createProduct(3851, 3);
        Shopper shopper = Shopper.readyToCheckout(sku, 2);
        double failed = metrics.counter(counter).count();
        double retried = metrics.counter("fondaco.database.writes.retried").count();
        database.withFailingWrites(table, condition, state, 2, () -> shopper.complete("tok_ok")
                .then()
                .statusCode(201));
        assertThat(metrics.counter(counter).count()).isEqualTo(failed + 2);
        assertThat(metrics.counter("fondaco.database.writes.retried").count()).isEqualTo(retried + 2);
        assertThat(productFixture.availableStock(sku)).isEqualTo(1);
    }

    @Test
    void fourFailedTriesReturnServiceUnavailable() throws SQLException {
        String sku = productFixture.createProduct(3852, 3);
        Shopper shopper = Shopper.readyToCheckout(sku, 2);
        double failed = metrics.counter("fondaco.database.deadlocks").count();
        database.withFailingWrites(
                "payment.payment", "NEW.amount = 7704", "40P01", 100, () -> shopper.complete("tok_ok")
                        .then()
                        .statusCode(503)
                        .header("Retry-After", "1")
                        .body("code", equalTo("busy")));
        assertThat(metrics.counter("fondaco.database.deadlocks").count()).isEqualTo(failed + 4);
        assertThat(productFixture.availableStock(sku)).isEqualTo(3);
        shopper.complete("tok_ok").then().statusCode(201);
    }

    @Test
    void cartAndStockChangesAreRetriedToo() throws SQLException {
        String sku = productFixture.createProduct(250, 3);
        Shopper shopper = Shopper.withCart(sku, 1);
        database.withFailingWrites(
                "cart.cart", "NEW.lines @> '[{\"sku\": \"" + sku + "\"}]'", "40P01", 1, () -> shopper.addLine(sku, 1)
                        .then()
                        .statusCode(200)
                        .body("lines[0].quantity", equalTo(2)));
        database.withFailingWrites(
                "inventory.stock_level", "NEW.sku = '" + sku + "'", "40001", 3, () -> AdminApi.request()
                        .header("Idempotency-Key", UUID.randomUUID().toString())
                        .body(Map.of("sku", sku, "delta", 4))
                        .post("/admin/v1/stock/adjustments")
                        .then()
                        .statusCode(200)
                        .body("available", equalTo(7)));
    }

    @Test
    void stockLevelsAreLockedInSkuOrder() throws Exception {
        String first = productFixture.createProduct(250, 5);
        String second = productFixture.createProduct(250, 5);
        Shopper shopper = Shopper.readyToCheckout(second, 1);
        shopper.addLine(first, 1).then().statusCode(200);
        Response order = whileLocked(first, second, () -> shopper.complete("tok_ok"));
        order.then().statusCode(201);
        whileLocked(first, second, () -> AdminApi.orderAction(order.path("id"), "cancel", Map.of()))
                .then()
                .statusCode(200);
    }

    /**
     * The call waits for the locked first stock level and has not locked the second, so two such calls cannot deadlock.
     */
    private Response whileLocked(String first, String second, Callable<Response> call) throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<Response> answer;
            try (ShopDatabase.LockedStockLevel held = database.lockStockLevel(first)) {
                answer = thread.submit(call);
                await().atMost(Duration.ofSeconds(4))
                        .pollInterval(Duration.ofMillis(20))
                        .until(database::countWaitingForStockLevels, waiting -> waiting > 0);
                held.lockNowait(second);
            }
            return answer.get();
        }
    }
}
