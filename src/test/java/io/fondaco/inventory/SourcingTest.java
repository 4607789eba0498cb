package io.fondaco.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.inventory.Sourcing.Level;
import io.fondaco.inventory.Sourcing.Site;
import io.fondaco.inventory.Sourcing.Taken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SourcingTest {
    private static final Site LEEDS = new Site("leeds", 10, "GB", true);
    private static final Site YORK = new Site("york", 20, "GB", true);
    private static final Site KOELN = new Site("koeln", 20, "DE", true);
    private static final Site CLOSED = new Site("closed", 1, "GB", false);

    @Test
    void oneLocationThatHasTheWholeCartGoesBeforeThePreferredOnes() {
        assertThat(allocate(
                        SourcingRule.FEWEST_SPLITS,
                        null,
                        List.of(wanted("a", 1), wanted("b", 2)),
                        at(LEEDS, "a", 9),
                        at(LEEDS, "b", 1),
                        at(YORK, "a", 1),
                        at(YORK, "b", 2)))
                .containsOnlyKeys(key("a", YORK), key("b", YORK));
    }

    @Test
    void amongLocationsThatHaveItAllPriorityDecidesThenTheCountry() {
        List<StockQuantity> one = List.of(wanted("a", 1));
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
        assertThat(allocate(SourcingRule.NEAREST, "DE", List.of(wanted("a", 1)), at(LEEDS, "a", 1), at(KOELN, "a", 1)))
                .containsOnlyKeys(key("a", KOELN));
    }

    @Test
    void thePriorityRuleTakesFromTheFirstWhateverTheParcels() {
        assertThat(allocate(SourcingRule.PRIORITY, null, List.of(wanted("a", 3)), at(LEEDS, "a", 2), at(YORK, "a", 9)))
                .containsEntry(key("a", LEEDS), new Taken(2, 0))
                .containsEntry(key("a", YORK), new Taken(1, 0));
    }

    @Test
    void aCartThatNoOneHasIsSentFromTheFewest() {
        // By priority alone it would be three: leeds has a little of everything.
        assertThat(allocate(
                        SourcingRule.FEWEST_SPLITS,
                        null,
                        List.of(wanted("a", 5), wanted("b", 5)),
                        at(LEEDS, "a", 1),
                        at(LEEDS, "b", 1),
                        at(YORK, "a", 5),
                        at(KOELN, "b", 5)))
                .containsOnlyKeys(key("a", YORK), key("b", KOELN));
    }

    @Test
    void manyLocationsAreStillServedByTheRichest() {
        List<Level> levels = new ArrayList<>();
        IntStream.range(0, 30).forEach(n -> levels.add(at(new Site("shop-" + n, 1, null, true), "a", 1)));
        levels.add(at(LEEDS, "a", 20));
        Map<StockKey, Taken> allocation =
                allocate(SourcingRule.FEWEST_SPLITS, null, List.of(wanted("a", 22)), levels.toArray(Level[]::new));
        assertThat(allocation).hasSize(3).containsEntry(key("a", LEEDS), new Taken(20, 0));
    }

    @Test
    void aLocationThatDoesNotShipSellsNothing() {
        assertThatThrownBy(() -> allocate(
                        SourcingRule.FEWEST_SPLITS,
                        null,
                        List.of(wanted("a", 2)),
                        at(CLOSED, "a", 5),
                        at(LEEDS, "a", 1)))
                .isInstanceOfSatisfying(InsufficientStock.class, e -> assertThat(e.shortages())
                        .containsExactly(new InsufficientStock.Shortage("a", 2, 1)));
    }

    @Test
    void whatIsOwedAtOnePlaceIsNotSoldAtAnother() {
        Level owing = new Level(new StockKey("a", "york"), 0, -2, 5, YORK);
        assertThat(allocate(SourcingRule.FEWEST_SPLITS, null, List.of(wanted("a", 2)), at(LEEDS, "a", 3), owing))
                .containsEntry(key("a", LEEDS), new Taken(1, 0))
                .containsEntry(key("a", YORK), new Taken(0, 1));
        assertThatThrownBy(() ->
                        allocate(SourcingRule.FEWEST_SPLITS, null, List.of(wanted("a", 5)), at(LEEDS, "a", 3), owing))
                .isInstanceOfSatisfying(InsufficientStock.class, e -> assertThat(e.shortages())
                        .containsExactly(new InsufficientStock.Shortage("a", 5, 4)));
    }

    @Test
    void theShelfGoesFirstAndTheRestIsPromised() {
        Level level = new Level(new StockKey("a", "leeds"), 2, 2, 3, LEEDS);
        assertThat(allocate(SourcingRule.FEWEST_SPLITS, null, List.of(wanted("a", 4)), level))
                .containsOnly(Map.entry(key("a", LEEDS), new Taken(2, 2)));
        assertThatThrownBy(() -> allocate(SourcingRule.FEWEST_SPLITS, null, List.of(wanted("a", 6)), level))
                .isInstanceOf(InsufficientStock.class);
    }

    private static Map<StockKey, Taken> allocate(
            SourcingRule rule, String country, List<StockQuantity> wanted, Level... levels) {
        Map<String, List<Level>> found = new HashMap<>();
        Arrays.stream(levels).forEach(level -> found.computeIfAbsent(level.key().sku(), _ -> new ArrayList<>())
                .add(level));
        return Sourcing.allocate(wanted, found, rule, country);
    }

    private static StockQuantity wanted(String sku, long units) {
        return new StockQuantity(sku, units);
    }

    private static Level at(Site site, String sku, long available) {
        return new Level(new StockKey(sku, site.code()), available, available, 0, site);
    }

    private static StockKey key(String sku, Site site) {
        return new StockKey(sku, site.code());
    }
}
