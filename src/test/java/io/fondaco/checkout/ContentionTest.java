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
        failing("cart.line", "NEW.sku = '" + sku + "'", "40P01", 1, () -> shopper.add(sku, 1)
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
    void whoeverNeedsTwoLevelsTakesTheFirstOneFirst() throws Exception {
        String first = shelf.put(250, 5);
        String second = shelf.put(250, 5);
        Shopper shopper = Shopper.ready(second, 1);
        shopper.add(first, 1).then().statusCode(200);
        Response order = whileHeld(first, second, () -> shopper.complete("tok_ok"));
        order.then().statusCode(201);
        whileHeld(first, second, () -> Staff.verb(order.path("id"), "cancel", Map.of()))
                .then()
                .statusCode(200);
    }

    /** The call waits for the first level, which is held, and has not taken the second: so two of them cannot wait in a circle. */
    private Response whileHeld(String first, String second, Callable<Response> call) throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<Response> answer;
            try (ShopDatabase.HeldLevel held = database.hold(first)) {
                answer = thread.submit(call);
                await().atMost(Duration.ofSeconds(4))
                        .pollInterval(Duration.ofMillis(20))
                        .until(database::waitingForLevels, waiting -> waiting > 0);
                held.holdAtOnce(second);
            }
            return answer.get();
        }
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
