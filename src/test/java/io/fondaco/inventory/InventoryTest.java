package io.fondaco.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.ConcurrentRunner;
import io.fondaco.inventory.Inventory.StockCount;
import io.fondaco.inventory.Inventory.StockDemand;
import io.fondaco.inventory.Inventory.StockQuantity;
import io.quarkus.arc.Arc;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class InventoryTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    @Inject
    InventoryService inventory;

    @Inject
    StockAdjustmentService adjustments;

    @Inject
    ReservationService reservations;

    @Inject
    EntityManager entities;

    @AfterEach
    void verifyLedgerSumsEqualOnHand() {
        List<?> wrong = QuarkusTransaction.requiringNew()
                .call(() -> entities.createNativeQuery("""
                        SELECT s.sku FROM inventory.stock_level s
                          LEFT JOIN inventory.movement m ON m.sku = s.sku AND m.location = s.location
                         GROUP BY s.sku, s.location, s.on_hand HAVING s.on_hand <> coalesce(sum(m.quantity), 0)
                        """).getResultList());
        assertThat(wrong).isEmpty();
    }

    @Test
    void theLastUnitIsSoldOnce() throws Exception {
        String sku = createStockedSku(10);
        List<Boolean> bought = ConcurrentRunner.runAll(64, 16, _ -> buy(sku));
        assertThat(bought.stream().filter(yes -> yes)).hasSize(10);
        assertThat(level(sku)).isEqualTo(new StockLevel(sku, "default", 0, 0, 0, 0));
    }

    @Test
    void ordersOfTheSameSkusInOppositeOrderDoNotDeadlock() throws Exception {
        String a = createStockedSku(1_000);
        String b = createStockedSku(1_000);
        assertThat(ConcurrentRunner.runAll(60, 12, n -> n % 2 == 0 ? buy(a, b) : buy(b, a)))
                .containsOnly(true);
        assertThat(level(a).onHand()).isEqualTo(940);
        assertThat(level(b).onHand()).isEqualTo(940);
    }

    @Test
    void aReservationIsAllOrNothingAndReportsEachShortage() {
        String plenty = createStockedSku(5);
        String scarce = createStockedSku(1);
        assertThatThrownBy(() -> reserve(
                        List.of(
                                new StockQuantity(plenty, 2),
                                new StockQuantity(scarce, 2),
                                new StockQuantity("NEVER-SEEN", 1)),
                        LONG))
                .isInstanceOfSatisfying(InsufficientStock.class, e -> assertThat(e.shortages())
                        .containsExactly(
                                new InsufficientStock.Shortage(scarce, 2, 1),
                                new InsufficientStock.Shortage("NEVER-SEEN", 1, 0)));
        assertThat(level(plenty).reserved()).isZero();
    }

    @Test
    void claimingTwiceSellsOnceAndALaterReleaseChangesNothing() {
        String sku = createStockedSku(3);
        ReservationId reservation = reserve(List.of(new StockQuantity(sku, 2)), LONG);
        assertThat(inventory.claim(reservation, "order-1")).isTrue();
        assertThat(inventory.claim(reservation, "order-1")).isTrue();
        inventory.release(reservation);
        assertThat(level(sku)).isEqualTo(new StockLevel(sku, "default", 1, 0, 1, 0));
    }

    @Test
    void aReleasedReservationCannotBeClaimed() {
        String sku = createStockedSku(3);
        ReservationId reservation = reserve(List.of(new StockQuantity(sku, 2)), LONG);
        inventory.release(reservation);
        inventory.release(reservation);
        assertThat(inventory.claim(reservation, "order-2")).isFalse();
        assertThat(level(sku)).isEqualTo(new StockLevel(sku, "default", 3, 0, 3, 0));
    }

    @Test
    void onlyExpiredReservationsAreReleased() {
        String sku = createStockedSku(5);
        reserve(List.of(new StockQuantity(sku, 2)), Duration.ofSeconds(-1));
        reserve(List.of(new StockQuantity(sku, 1)), LONG);
        reservations.releaseExpired(100);
        assertThat(level(sku).reserved()).isEqualTo(1);
    }

    @Test
    void unitsSoldFromSeveralLocationsAreRestockedToEach() {
        String sku = "T-" + UUID.randomUUID();
        inventory.recordCounts(
                List.of(new StockCount(new StockKey(sku, "a"), 2), new StockCount(new StockKey(sku, "b"), 3)), "test");
        inventory.claim(reserve(List.of(new StockQuantity(sku, 4)), LONG), "order-3");
        assertThat(inventory.availableQuantities(List.of(sku))).containsEntry(sku, 1L);
        inventory.restock(List.of(new StockQuantity(sku, 1)), "order-3");
        inventory.restock(List.of(new StockQuantity(sku, 3)), "order-3");
        assertThat(inventory.levels(List.of(sku)))
                .containsExactly(new StockLevel(sku, "a", 2, 0, 2, 0), new StockLevel(sku, "b", 3, 0, 3, 0));
    }

    @Test
    void restockingMoreThanWasSoldIsNotRepeatedByLaterRestocks() {
        String sku = "T-" + UUID.randomUUID();
        inventory.recordCounts(
                List.of(new StockCount(new StockKey(sku, "a"), 1), new StockCount(new StockKey(sku, "b"), 3)), "test");
        inventory.claim(reserve(List.of(new StockQuantity(sku, 4)), LONG), "order-4");
        inventory.restock(List.of(new StockQuantity(sku, 6)), "order-4");
        adjustments.adjust(new StockKey(sku, "a"), -3, "loss");
        inventory.claim(reserve(List.of(new StockQuantity(sku, 2)), LONG), "order-4");
        inventory.restock(List.of(new StockQuantity(sku, 1)), "order-4");
        assertThat(inventory.availableQuantities(List.of(sku))).containsEntry(sku, 2L);
    }

    @Test
    void aCountKeepsReservedUnitsAndAnAdjustmentCannotTakeThem() {
        String sku = createStockedSku(5);
        reserve(List.of(new StockQuantity(sku, 3)), LONG);
        assertThat(adjustments.recordCount(new StockCount(StockKey.atDefaultLocation(sku), 10), "recount"))
                .isEqualTo(new StockLevel(sku, "default", 13, 3, 10, 0));
        assertThatThrownBy(() -> adjustments.adjust(StockKey.atDefaultLocation(sku), -11, "loss"))
                .isInstanceOf(InsufficientStock.class);
        assertThat(adjustments
                        .adjust(StockKey.atDefaultLocation(sku), -10, "loss")
                        .available())
                .isZero();
    }

    @Test
    void theDatabaseRejectsMoreReservedUnitsThanOnHand() {
        String sku = createStockedSku(1);
        assertThatThrownBy(() -> QuarkusTransaction.requiringNew().run(() -> entities.createNativeQuery(
                                "UPDATE inventory.stock_level SET reserved = 2 WHERE sku = :sku")
                        .setParameter("sku", sku)
                        .executeUpdate()))
                .hasStackTraceContaining("stock_level");
    }

    private boolean buy(String... skus) {
        var context = Arc.container().requestContext();
        context.activate();
        try {
            List<StockQuantity> quantities = new ArrayList<>();
            for (String sku : skus) {
                quantities.add(new StockQuantity(sku, 1));
            }
            return inventory.claim(reserve(quantities, LONG), "order-" + UUID.randomUUID());
        } catch (InsufficientStock _) {
            return false;
        } finally {
            context.terminate();
        }
    }

    private String createStockedSku(long units) {
        String sku = "T-" + UUID.randomUUID();
        adjustments.recordCount(new StockCount(StockKey.atDefaultLocation(sku), units), "test");
        return sku;
    }

    private StockLevel level(String sku) {
        return QuarkusTransaction.requiringNew()
                .call(() -> inventory.levels(List.of(sku)).getFirst());
    }

    private ReservationId reserve(List<StockQuantity> quantities, Duration timeToLive) {
        return inventory.reserve(new StockDemand(quantities, null), timeToLive).id();
    }
}
