package io.fondaco.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The reconciliation finds and reports wrong stock levels and does not repair them. */
@QuarkusTest
class StockReconciliationTest {
    @Inject
    ProductFixture productFixture;

    @Inject
    StockReconciliation reconciliation;

    @Inject
    MeterRegistry metrics;

    @Inject
    ShopDatabase database;

    @Test
    @ActivateRequestContext
    void onHandUnitsWithoutALedgerEntryAreReportedUntilTheyAreCorrected() throws SQLException {
        String sku = productFixture.createProduct(250, 5);
        reconciliation.reconcile();
        assertThat(listDiscrepancies(sku)).isEmpty();
        double before = gauge();
        execute("UPDATE inventory.stock_level SET on_hand = on_hand + 2 WHERE sku = '%s'", sku);
        reconciliation.reconcile();
        assertThat(listDiscrepancies(sku)).containsExactly("on_hand 7 5");
        assertThat(gauge()).isEqualTo(before + 1);
        reconciliation.reconcile();
        assertThat(database.query("SELECT on_hand FROM inventory.stock_level WHERE sku = '" + sku + "'"))
                .as("never silently repaired")
                .isEqualTo("7");
        execute("UPDATE inventory.stock_level SET on_hand = on_hand - 2 WHERE sku = '%s'", sku);
        reconciliation.reconcile();
        assertThat(listDiscrepancies(sku)).isEmpty();
        assertThat(gauge()).isEqualTo(before);
    }

    @Test
    @ActivateRequestContext
    void reservedUnitsWithoutAReservationAreReported() throws SQLException {
        String sku = productFixture.createProduct(250, 5);
        execute("UPDATE inventory.stock_level SET reserved = 1 WHERE sku = '%s'", sku);
        reconciliation.reconcile();
        assertThat(listDiscrepancies(sku)).containsExactly("reserved 1 0");
        execute("UPDATE inventory.stock_level SET reserved = 0 WHERE sku = '%s'", sku);
        reconciliation.reconcile();
    }

    @Test
    @ActivateRequestContext
    void backorderedUnitsWithoutAWaitingBackorderAreReported() throws SQLException {
        String sku = productFixture.createProduct(250, 0);
        sellOnBackorder(sku);
        Shopper.readyToCheckout(sku, 2).complete("tok_ok").then().statusCode(201);
        reconciliation.reconcile();
        assertThat(listDiscrepancies(sku)).isEmpty();
        execute("UPDATE inventory.backorder SET waiting = 0 WHERE sku = '%s'", sku);
        reconciliation.reconcile();
        assertThat(listDiscrepancies(sku)).containsExactly("backordered 2 0");
        execute("UPDATE inventory.backorder SET waiting = 2 WHERE sku = '%s'", sku);
        reconciliation.reconcile();
        assertThat(listDiscrepancies(sku)).isEmpty();
    }

    @Test
    @ActivateRequestContext
    void concurrentSalesCauseNoFalseAlarm() throws Exception {
        List<String> skus = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            String sku = productFixture.createProduct(250, 20);
            sellOnBackorder(sku);
            skus.add(sku);
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> buyers = new ArrayList<>();
            IntStream.range(0, 40)
                    .forEach(n -> buyers.add(threads.submit(() -> Shopper.readyToCheckout(skus.get(n % 4), 1)
                            .complete(n % 5 == 0 ? "tok_declined" : "tok_ok"))));
            while (buyers.stream().anyMatch(buyer -> !buyer.isDone())) {
                reconciliation.reconcile();
                assertThat(skus)
                        .allSatisfy(sku -> assertThat(listDiscrepancies(sku)).isEmpty());
            }
            for (Future<?> buyer : buyers) {
                buyer.get();
            }
        }
    }

    @Test
    void ledgerEntriesAreImmutableAndStockLevelsCannotBeDeleted() {
        String sku = productFixture.createProduct(250, 5);
        assertThatThrownBy(() -> execute("UPDATE inventory.movement SET quantity = 9 WHERE sku = '%s'", sku))
                .hasMessageContaining("append-only");
        assertThatThrownBy(() -> execute("DELETE FROM inventory.movement WHERE sku = '%s'", sku))
                .hasMessageContaining("append-only");
        assertThatThrownBy(() -> execute("TRUNCATE inventory.movement", sku)).hasMessageContaining("append-only");
        assertThatThrownBy(() -> execute("DELETE FROM inventory.stock_level WHERE sku = '%s'", sku))
                .hasMessageContaining("never deleted");
    }

    private static void sellOnBackorder(String sku) {
        AdminApi.request()
                .header("If-Match", "*")
                .body(Map.of("policy", "backorder", "limit", 1_000))
                .put("/admin/v1/stock/" + sku + "/selling-policy")
                .then()
                .statusCode(200);
    }

    private void execute(String sql, String sku) throws SQLException {
        database.execute(sql.formatted(sku));
    }

    private double gauge() {
        return metrics.get("fondaco.inventory.discrepancies").gauge().value();
    }

    /** The discrepancies of a SKU, read page by page over the API, as "figure recorded computed". */
    private static List<String> listDiscrepancies(String sku) {
        List<String> found = new ArrayList<>();
        String cursor = "";
        do {
            var page = AdminApi.request()
                    .header("Fondaco-Consistency", token())
                    .get("/admin/v1/stock-discrepancies?limit=1" + cursor)
                    .then()
                    .statusCode(200)
                    .extract();
            List<Map<String, Object>> rows = page.path("data");
            rows.stream()
                    .filter(row -> row.get("sku").equals(sku))
                    .forEach(row -> found.add(
                            "%s %s %s".formatted(row.get("figure"), row.get("recorded"), row.get("computed"))));
            String next = page.path("next_cursor");
            cursor = next == null ? "" : "&cursor=" + next;
        } while (!cursor.isEmpty());
        return found;
    }

    /** The consistency token of a new write, so that a read with it sees the result of the last reconciliation. */
    private static String token() {
        return AdminApi.request()
                .body(Map.of("code", "probe-" + UUID.randomUUID()))
                .post("/admin/v1/stock-locations")
                .then()
                .statusCode(201)
                .extract()
                .header("Fondaco-Consistency");
    }
}
