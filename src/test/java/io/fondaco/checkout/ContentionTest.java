package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.ShopDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Transactions that are lost to others are done once more, in new ones, and counted. */
@QuarkusTest
class ContentionTest {
    @Inject
    Shelf shelf;

    @Inject
    ShopDatabase database;

    @Inject
    MeterRegistry metrics;

    @ParameterizedTest
    @CsvSource({
        "payment.payment, NEW.amount = 7702, 40P01, fondaco.database.deadlocks",
        "\"order\".orders, NEW.total = 7702, 40001, fondaco.database.serialization.failures"
    })
    void aCompletionThatIsTheVictimIsDoneAgainInANewTransaction(
            String table, String condition, String state, String counter) throws SQLException {
        String sku = shelf.put(3851, 3);
        Shopper shopper = Shopper.ready(sku, 2);
        double lost = metrics.counter(counter).count();
        double retried = metrics.counter("fondaco.database.writes.retried").count();
        failing(table, condition, state, 2, () -> shopper.complete("tok_ok")
                .then()
                .statusCode(201));
        assertThat(metrics.counter(counter).count()).isEqualTo(lost + 2);
        assertThat(metrics.counter("fondaco.database.writes.retried").count()).isEqualTo(retried + 2);
        assertThat(shelf.available(sku)).isEqualTo(1);
    }

    @Test
    void afterFourTriesTheCallerIsToldToTryAgain() throws SQLException {
        String sku = shelf.put(3852, 3);
        Shopper shopper = Shopper.ready(sku, 2);
        double lost = metrics.counter("fondaco.database.deadlocks").count();
        failing("payment.payment", "NEW.amount = 7704", "40P01", 100, () -> shopper.complete("tok_ok")
                .then()
                .statusCode(503)
                .header("Retry-After", "1")
                .body("code", equalTo("busy")));
        assertThat(metrics.counter("fondaco.database.deadlocks").count()).isEqualTo(lost + 4);
        assertThat(shelf.available(sku)).isEqualTo(3);
        shopper.complete("tok_ok").then().statusCode(201);
    }

    @Test
    void aCartVerbAndAStockChangeAreDoneAgainToo() throws SQLException {
        String sku = shelf.put(250, 3);
        Shopper shopper = Shopper.with(sku, 1);
        failing("cart.line", "NEW.sku = '" + sku + "'", "40P01", 1, () -> shopper.request()
                .body(Map.of("sku", sku, "quantity", 1))
                .post(shopper.path("/lines"))
                .then()
                .statusCode(200)
                .body("lines[0].quantity", equalTo(2)));
        failing("inventory.stock_level", "NEW.sku = '" + sku + "'", "40001", 3, () -> Staff.request()
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(Map.of("sku", sku, "delta", 4))
                .post("/admin/v1/stock/adjustments")
                .then()
                .statusCode(200)
                .body("available", equalTo(7)));
    }

    @Test
    void crossedBuyersCancellersAndReceiversNeverDeadlock() throws Exception {
        String a = shelf.put(250, 5);
        String b = shelf.put(250, 5);
        for (String sku : List.of(a, b)) {
            Staff.request()
                    .header("If-Match", "*")
                    .body(Map.of("policy", "backorder", "limit", 1_000))
                    .put("/admin/v1/stock/" + sku + "/selling-policy")
                    .then()
                    .statusCode(200);
        }
        double before = metrics.counter("fondaco.database.deadlocks").count();
        List<Callable<Integer>> crowd = new ArrayList<>();
        for (int n = 0; n < 24; n++) {
            boolean crossed = n % 2 == 0;
            boolean cancels = n % 3 == 0;
            crowd.add(() -> {
                Shopper shopper = Shopper.ready(crossed ? a : b, 1);
                shopper.request()
                        .body(Map.of("sku", crossed ? b : a, "quantity", 2))
                        .post(shopper.path("/lines"));
                var order = shopper.complete("tok_ok");
                return cancels
                        ? Staff.verb(order.path("id"), "cancel", Map.of()).statusCode() + 1
                        : order.statusCode();
            });
            String received = crossed ? b : a;
            String location = n % 4 < 2 ? "default" : "annexe";
            crowd.add(() -> Staff.request()
                            .header("Idempotency-Key", UUID.randomUUID().toString())
                            .body(Map.of("sku", received, "delta", 1, "location", location))
                            .post("/admin/v1/stock/adjustments")
                            .statusCode()
                    + 1);
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (var one : threads.invokeAll(crowd)) {
                assertThat(one.get()).isEqualTo(201);
            }
        }
        assertThat(metrics.counter("fondaco.database.deadlocks").count()).isEqualTo(before);
    }

    /** While it runs, so many writes to the table fail as those of a victim do; a sequence does not forget with a rollback. */
    private void failing(String table, String condition, String state, int times, Runnable work) throws SQLException {
        database.execute("CREATE SCHEMA IF NOT EXISTS contention");
        database.execute("CREATE SEQUENCE contention.tries");
        database.execute("""
                CREATE FUNCTION contention.fail() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF nextval('contention.tries') <= %d THEN
                        RAISE EXCEPTION 'as a victim' USING ERRCODE = '%s';
                    END IF;
                    RETURN NEW;
                END $$""".formatted(times, state));
        database.execute(
                "CREATE TRIGGER contention BEFORE INSERT OR UPDATE ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION contention.fail()"
                        .formatted(table, condition));
        try {
            work.run();
        } finally {
            database.execute("DROP TRIGGER contention ON " + table);
            database.execute("DROP SCHEMA contention CASCADE");
        }
    }
}
