package io.fondaco.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.inventory.Sourcing.Allocation;
import io.fondaco.inventory.Sourcing.SourceLocation;
import io.fondaco.inventory.Sourcing.SourcingLevel;
import io.fondaco.inventory.Sourcing.SourcingRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SourcingTest {
    private static final SourceLocation LEEDS = new SourceLocation("leeds", 10, "GB", true);
    private static final SourceLocation YORK = new SourceLocation("york", 20, "GB", true);
    private static final SourceLocation KOELN = new SourceLocation("koeln", 20, "DE", true);
    private static final SourceLocation CLOSED = new SourceLocation("closed", 1, "GB", false);

    @Test
    void oneLocationWithTheWholeCartIsChosenBeforePreferredLocations() {
        assertThat(allocate(
                        SourcingRule.FEWEST_SPLITS,
                        null,
                        List.of(demand("a", 1), demand("b", 2)),
                        at(LEEDS, "a", 9),
                        at(LEEDS, "b", 1),
                        at(YORK, "a", 1),
                        at(YORK, "b", 2)))
                .containsOnlyKeys(key("a", YORK), key("b", YORK));
    }

    @Test
    void amongLocationsWithTheWholeCartPriorityDecidesThenCountry() {
        List<StockQuantity> one = List.of(demand("a", 1));
        assertThat(allocate(SourcingRule.FEWEST_SPLITS, "DE", one, at(LEEDS, "a", 1), at(KOELN, "a", 1)))
                .containsOnlyKeys(key("a", LEEDS));
        assertThat(allocate(SourcingRule.FEWEST_SPLITS, "DE", one, at(YORK, "a", 1), at(KOELN, "a", 1)))
                .containsOnlyKeys(key("a", KOELN));
        assertThat(allocate(SourcingRule.FEWEST_SPLITS, "GB", one, at(YORK, "a", 1), at(KOELN, "a", 1)))
                .containsOnlyKeys(key("a", YORK));
        assertThat(allocate(SourcingRule.FEWEST_SPLITS, null, one, at(YORK, "a", 1), at(KOELN, "a", 1)))
                .containsOnlyKeys(key("a", KOELN));
    }

    @Test
    void theNearestRulePutsTheCountryBeforeThePriority() {
        assertThat(allocate(SourcingRule.NEAREST, "DE", List.of(demand("a", 1)), at(LEEDS, "a", 1), at(KOELN, "a", 1)))
                .containsOnlyKeys(key("a", KOELN));
    }

    @Test
    void thePriorityRuleTakesFromTheFirstLocationThatHasAny() {
        assertThat(allocate(SourcingRule.PRIORITY, null, List.of(demand("a", 3)), at(LEEDS, "a", 2), at(YORK, "a", 9)))
                .containsEntry(key("a", LEEDS), new Allocation(2, 0))
                .containsEntry(key("a", YORK), new Allocation(1, 0));
    }

    @Test
    void aCartThatNoLocationHasAloneIsSentFromTheFewestLocations() {
        // By priority alone it would be three: leeds has a little of everything.
        assertThat(allocate(
                        SourcingRule.FEWEST_SPLITS,
                        null,
                        List.of(demand("a", 5), demand("b", 5)),
                        at(LEEDS, "a", 1),
                        at(LEEDS, "b", 1),
                        at(YORK, "a", 5),
                        at(KOELN, "b", 5)))
                .containsOnlyKeys(key("a", YORK), key("b", KOELN));
    }

    @Test
    void amongManyLocationsTheOnesWithMostUnitsAreChosen() {
        List<SourcingLevel> levels = new ArrayList<>();
        IntStream.range(0, 30).forEach(n -> levels.add(at(new SourceLocation("shop-" + n, 1, null, true), "a", 1)));
        levels.add(at(LEEDS, "a", 20));
        Map<StockKey, Allocation> allocation = allocate(
                SourcingRule.FEWEST_SPLITS, null, List.of(demand("a", 22)), levels.toArray(SourcingLevel[]::new));
        assertThat(allocation).hasSize(3).containsEntry(key("a", LEEDS), new Allocation(20, 0));
    }

    @Test
    void aLocationThatDoesNotShipSellsNothing() {
        assertThatThrownBy(() -> allocate(
                        SourcingRule.FEWEST_SPLITS,
                        null,
                        List.of(demand("a", 2)),
                        at(CLOSED, "a", 5),
                        at(LEEDS, "a", 1)))
                .isInstanceOfSatisfying(InsufficientStock.class, e -> assertThat(e.shortages())
                        .containsExactly(new InsufficientStock.Shortage("a", 2, 1)));
    }

    @Test
    void unitsBackorderedAtOneLocationAreNotSoldAtAnother() {
        SourcingLevel backorderedLevel = new SourcingLevel(new StockKey("a", "york"), 0, -2, 5, YORK);
        assertThat(allocate(
                        SourcingRule.FEWEST_SPLITS, null, List.of(demand("a", 2)), at(LEEDS, "a", 3), backorderedLevel))
                .containsEntry(key("a", LEEDS), new Allocation(1, 0))
                .containsEntry(key("a", YORK), new Allocation(0, 1));
        assertThatThrownBy(() -> allocate(
                        SourcingRule.FEWEST_SPLITS, null, List.of(demand("a", 5)), at(LEEDS, "a", 3), backorderedLevel))
                .isInstanceOfSatisfying(InsufficientStock.class, e -> assertThat(e.shortages())
                        .containsExactly(new InsufficientStock.Shortage("a", 5, 4)));
    }

    @Test
    void stockIsTakenFirstAndTheRestIsBackordered() {
        SourcingLevel sourcingLevel = new SourcingLevel(new StockKey("a", "leeds"), 2, 2, 3, LEEDS);
        assertThat(allocate(SourcingRule.FEWEST_SPLITS, null, List.of(demand("a", 4)), sourcingLevel))
                .containsOnly(Map.entry(key("a", LEEDS), new Allocation(2, 2)));
        assertThatThrownBy(() -> allocate(SourcingRule.FEWEST_SPLITS, null, List.of(demand("a", 6)), sourcingLevel))
                .isInstanceOf(InsufficientStock.class);
    }

    private static Map<StockKey, Allocation> allocate(
            SourcingRule rule, String country, List<StockQuantity> demand, SourcingLevel... levels) {
        Map<String, List<SourcingLevel>> found = new HashMap<>();
        Arrays.stream(levels).forEach(sourcingLevel -> found.computeIfAbsent(
                        sourcingLevel.key().sku(), _ -> new ArrayList<>())
                .add(sourcingLevel));
        return Sourcing.allocate(demand, found, rule, country);
    }

    private static StockQuantity demand(String sku, long units) {
        return new StockQuantity(sku, units);
    }

    private static SourcingLevel at(SourceLocation sourceLocation, String sku, long available) {
        return new SourcingLevel(new StockKey(sku, sourceLocation.code()), available, available, 0, sourceLocation);
    }

    private static StockKey key(String sku, SourceLocation sourceLocation) {
        return new StockKey(sku, sourceLocation.code());
    }
}
