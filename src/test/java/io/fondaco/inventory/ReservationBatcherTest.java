package io.fondaco.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fondaco.ConcurrentRunner;
import io.fondaco.IntegrationsProfile;
import io.fondaco.ShopDatabase;
import io.fondaco.inventory.InsufficientStock.Shortage;
import io.fondaco.inventory.Inventory.StockCount;
import io.fondaco.inventory.Inventory.StockDemand;
import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.platform.web.ApiException;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reservations of a hot SKU are made in batches, and no order makes another one wait for the stock level. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class ReservationBatcherTest {
    private static final Duration LONG = Duration.ofMinutes(15);
    private static final Duration SOON = Duration.ofSeconds(10);

    @Inject
    InventoryService inventory;

    @Inject
    StockAdjustmentService adjustments;

    @Inject
    LedgerPoster ledgerPoster;

    @Inject
    ShopDatabase database;

    @Inject
    MeterRegistry metrics;

    @Test
    void reservationsThatWaitAreMadeByTheNextBatch() throws Exception {
        String sku = createStockedSku(100);
        DistributionSummary batchSizes =
                metrics.get("fondaco.inventory.gathered").summary();
        long batches = batchSizes.count();
        double reserved = batchSizes.totalAmount();
        CompletableFuture<List<Object>> reservations = whileLevelIsLocked(sku, () -> reserveConcurrently(12, sku, 1));
        assertThat(reservations.get()).hasOnlyElementsOfType(ReservationId.class);
        assertThat(batchSizes.totalAmount() - reserved).isEqualTo(12);
        assertThat(batchSizes.count() - batches).isLessThan(6);
        assertThat(level(sku).available()).isEqualTo(88);
    }

    @Test
    void anUncommittedOrderDoesNotBlockOtherSales() throws Exception {
        String sku = createStockedSku(10);
        CountDownLatch claimed = new CountDownLatch(1);
        CountDownLatch other = new CountDownLatch(1);
        List<Boolean> results = ConcurrentRunner.runAll(2, number -> {
            if (number == 0) {
                ReservationId mine = reserve(sku, 1);
                ShopDatabase.inTransaction(() -> {
                    assertThat(inventory.claim(mine, "slow")).isTrue();
                    claimed.countDown();
                    assertThat(other.await(8, TimeUnit.SECONDS))
                            .as("another sale went through")
                            .isTrue();
                });
            } else {
                claimed.await();
                ReservationId theirs = reserve(sku, 2);
                ShopDatabase.inTransaction(
                        () -> assertThat(inventory.claim(theirs, "fast")).isTrue());
                other.countDown();
            }
            return true;
        });
        assertThat(results).containsOnly(true);
        assertThat(level(sku)).isEqualTo(new StockLevel(sku, "default", 7, 0, 7, 0));
    }

    @Test
    void aSaleIsVisibleImmediatelyAndPostedToTheLedgerSoonAfter() throws Exception {
        String sku = createStockedSku(10);
        ReservationId reservation = reserve(sku, 3);
        try (ShopDatabase.LockedStockLevel _ = database.lockStockLevel(sku)) {
            ShopDatabase.inTransaction(() -> inventory.claim(reservation, "order-77"));
            assertThat(level(sku)).isEqualTo(new StockLevel(sku, "default", 7, 0, 7, 0));
            assertThat(soldQuantity(sku)).isEqualTo("0");
        }
        await().atMost(SOON).untilAsserted(() -> assertThat(soldQuantity(sku)).isEqualTo("-3"));
        assertThat(level(sku)).isEqualTo(new StockLevel(sku, "default", 7, 0, 7, 0));
        assertThat(database.query(
                        "SELECT reference || on_hand FROM inventory.movement JOIN inventory.stock_level USING (sku)"
                                + " WHERE kind = 'sold' AND sku = '%s'".formatted(sku)))
                .isEqualTo("order-777");
    }

    @Test
    void unitsRestockedBeforePostingReturnToTheLocationThatSoldThem() throws Exception {
        String sku = "T-" + UUID.randomUUID();
        adjustments.recordCount(new StockCount(new StockKey(sku, "attic"), 5), "test");
        ReservationId reservation = reserve(sku, 2);
        database.execute(
                "UPDATE inventory.reservation SET status = 'claimed', ledger_pending = true, reference = 'order-78',"
                        + " claimed_by = 'test', claimed_in = 'test' WHERE id = '%s'".formatted(reservation.value()));
        ShopDatabase.inTransaction(() -> inventory.restock(List.of(new StockQuantity(sku, 2)), "order-78"));
        ShopDatabase.inTransaction(() -> ledgerPoster.postSales(500));
        assertThat(level(sku)).isEqualTo(new StockLevel(sku, "attic", 5, 0, 5, 0));
    }

    @Test
    void aRolledBackReservationIsReleased() {
        String sku = createStockedSku(1);
        assertThatThrownBy(() -> ShopDatabase.inTransaction(() -> {
                    inventory.reserve(demand(sku, 1), LONG);
                    throw new IllegalStateException("changed my mind");
                }))
                .hasStackTraceContaining("changed my mind");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(level(sku).available()).isEqualTo(1));
        assertThat(level(sku).reserved()).isZero();
    }

    @Test
    void aBatchedReservationHasAShortTimeToLive() throws Exception {
        String sku = createStockedSku(1);
        ReservationId reservation = reserve(sku, 1);
        assertThat(database.query(
                        "SELECT expires_at < now() + interval '2 minutes' FROM inventory.reservation WHERE id = '%s'"
                                .formatted(reservation.value())))
                .isEqualTo("t");
    }

    @Test
    void aReservationThatTimesOutIsRejectedAndReleased() throws Exception {
        String sku = createStockedSku(5);
        try (ShopDatabase.LockedStockLevel _ = database.lockStockLevel(sku)) {
            assertThatThrownBy(() -> reserve(sku, 1)).isInstanceOfSatisfying(ApiException.class, rejected -> {
                assertThat(rejected.code()).isEqualTo("overloaded");
                assertThat(rejected.status()).isEqualTo(503);
            });
        }
        await().atMost(SOON).until(() -> database.countWaitingForStockLevels() == 0);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(level(sku)).isEqualTo(new StockLevel(sku, "default", 5, 0, 5, 0)));
    }

    @Test
    void eachReservationOfABatchHasItsOwnResult() throws Exception {
        String sku = createStockedSku(7);
        List<Object> results =
                whileLevelIsLocked(sku, () -> reserveConcurrently(10, sku, 2)).get();
        assertThat(results.stream().filter(ReservationId.class::isInstance)).hasSize(3);
        assertThat(results.stream().filter(Shortage.class::isInstance))
                .hasSize(7)
                .containsOnly(new Shortage(sku, 2, 1));
        assertThat(level(sku)).isEqualTo(new StockLevel(sku, "default", 7, 6, 1, 0));
    }

    private Object reserveOrShortage(String sku, int units) {
        try {
            return reserve(sku, units);
        } catch (InsufficientStock e) {
            return e.shortages().getFirst();
        }
    }

    /** Starts the reservations while another transaction locks the level, and releases the lock after they wait. */
    private <T> T whileLevelIsLocked(String sku, Supplier<T> start) throws Exception {
        try (ShopDatabase.LockedStockLevel _ = database.lockStockLevel(sku)) {
            T started = start.get();
            await().atMost(SOON).until(() -> database.countWaitingForStockLevels() == 1);
            TimeUnit.MILLISECONDS.sleep(300);
            return started;
        }
    }

    /** The results of concurrent reservations of one SKU. */
    private CompletableFuture<List<Object>> reserveConcurrently(int count, String sku, int units) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return ConcurrentRunner.runAll(count, _ -> reserveOrShortage(sku, units));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Reserves in a transaction that commits, as a checkout does. */
    private ReservationId reserve(String sku, int units) {
        AtomicReference<ReservationId> reservation = new AtomicReference<>();
        ShopDatabase.inTransaction(() ->
                reservation.set(inventory.reserve(demand(sku, units), LONG).id()));
        return reservation.get();
    }

    private static StockDemand demand(String sku, int units) {
        return new StockDemand(List.of(new StockQuantity(sku, units)), null);
    }

    private String createStockedSku(int units) {
        String sku = "T-" + UUID.randomUUID();
        adjustments.recordCount(new StockCount(StockKey.atDefaultLocation(sku), units), "test");
        return sku;
    }

    private StockLevel level(String sku) {
        AtomicReference<StockLevel> level = new AtomicReference<>();
        ShopDatabase.inTransaction(
                () -> level.set(inventory.levels(List.of(sku)).getFirst()));
        return level.get();
    }

    private String soldQuantity(String sku) throws SQLException {
        return database.query(
                "SELECT coalesce(sum(quantity), 0) FROM inventory.movement WHERE kind = 'sold' AND sku = '%s'"
                        .formatted(sku));
    }
}
