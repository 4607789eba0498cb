package io.fondaco.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.money.Money;
import io.fondaco.pricing.PriceLists.PriceListRules;
import io.fondaco.pricing.SelectedPrice.SelectedList;
import io.fondaco.pricing.VariantPrices.ListPrice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which price of a variant applies. */
class PriceListsTest {
    private static final Instant NOW = Instant.parse("2027-06-01T00:00:00Z");
    private static final PriceContext ONE_UNIT = context(1);

    /** A list and its prices of the variant. */
    private record PricedList(PriceListRules rules, List<ListPrice> prices) {}

    @Test
    void basePriceAppliesWithoutAList() {
        assertThat(select(List.of(), ONE_UNIT)).contains(new SelectedPrice(euros(1000), Optional.empty()));
        PriceLists none = PriceLists.NONE;
        assertThat(none.select(VariantPrices.NONE, ONE_UNIT)).isEmpty();
        assertThat(none.select(base(), new PriceContext("USD", Optional.empty(), Optional.empty(), 1, NOW)))
                .isEmpty();
    }

    @Test
    void listPriceAppliesWithoutABasePriceAndNamesItsList() {
        PricedList list =
                list(1).rules(taxIncluded(rules(1), true)).tier(1, 900).build();
        assertThat(new PriceLists(List.of(list.rules())).select(new VariantPrices(Map.of(), list.prices()), ONE_UNIT))
                .contains(new SelectedPrice(
                        euros(900), Optional.of(new SelectedList(id(1), "List 1", Optional.of(true)))));
    }

    @Test
    void highestPriorityWinsEvenWithAHigherPrice() {
        assertAmount(
                1200,
                list(1).priority(5).tier(1, 1200).build(),
                list(2).priority(4).tier(1, 100).build());
    }

    @Test
    void ofEqualPrioritiesTheLowerPriceWinsThenTheOlderList() {
        assertAmount(800, list(1).tier(1, 900).build(), list(2).tier(1, 800).build());
        Optional<SelectedPrice> selected = select(
                List.of(list(2).tier(1, 800).build(), list(1).tier(1, 800).build()), ONE_UNIT);
        assertThat(selected.flatMap(SelectedPrice::list).map(SelectedList::id)).contains(id(1));
    }

    @Test
    void greatestTierThatTheQuantityReachesApplies() {
        PricedList list = list(1).tier(2, 900).tier(10, 700).tier(5, 950).build();
        Map<Integer, Long> amounts = Map.of(1, 1000L, 2, 900L, 4, 900L, 5, 950L, 9, 950L, 10, 700L, 9_999, 700L);
        amounts.forEach((quantity, amount) -> assertThat(amount(select(List.of(list), context(quantity))))
                .as("%d units", quantity)
                .isEqualTo(amount));
    }

    @Test
    void listWithoutATierForTheQuantityDoesNotHideAnotherList() {
        assertAmount(
                900,
                list(1).priority(9).tier(10, 500).build(),
                list(2).priority(1).tier(1, 900).build());
    }

    @Test
    void windowBeginsInclusiveAndEndsExclusive() {
        assertAmount(900, list(1).window(NOW, NOW.plusSeconds(1)).tier(1, 900).build());
        assertAmount(1000, list(1).window(NOW.plusNanos(1), null).tier(1, 900).build());
        assertAmount(1000, list(1).window(null, NOW).tier(1, 900).build());
        assertAmount(900, list(1).window(null, NOW.plusNanos(1)).tier(1, 900).build());
    }

    @Test
    void listOfAGroupOrOfCountriesAppliesOnlyToThem() {
        PricedList ofGroup = list(1).group("wholesale").tier(1, 500).build();
        PricedList ofCountries = list(2).countries("DE", "AT").tier(1, 600).build();
        List<PricedList> both = List.of(ofGroup, ofCountries);
        assertThat(amount(select(both, ONE_UNIT))).isEqualTo(1000);
        assertThat(amount(select(both, new PriceContext("EUR", Optional.empty(), Optional.of("AT"), 1, NOW))))
                .isEqualTo(600);
        assertThat(amount(select(both, new PriceContext("EUR", Optional.of("retail"), Optional.of("FR"), 1, NOW))))
                .isEqualTo(1000);
        assertThat(amount(select(both, new PriceContext("EUR", Optional.of("wholesale"), Optional.of("DE"), 1, NOW))))
                .isEqualTo(500);
    }

    @Test
    void nextChangeIsTheNextBoundaryOfAListThatMatches() {
        PriceLists lists = new PriceLists(List.of(
                list(1).window(NOW.minusSeconds(5), NOW.plusSeconds(60)).build().rules(),
                list(2).window(NOW.plusSeconds(30), null).build().rules(),
                list(3).window(NOW, null).build().rules(),
                list(4).group("wholesale")
                        .window(NOW.plusSeconds(1), null)
                        .build()
                        .rules(),
                list(5).countries("DE").window(NOW.plusSeconds(2), null).build().rules()));
        assertThat(lists.nextChange(ONE_UNIT)).contains(NOW.plusSeconds(30));
        assertThat(lists.nextChange(new PriceContext("EUR", Optional.empty(), Optional.of("DE"), 1, NOW)))
                .contains(NOW.plusSeconds(2));
        assertThat(PriceLists.NONE.nextChange(ONE_UNIT)).isEmpty();
    }

    @Property
    void orderOfListsAndPricesMakesNoDifference(
            @ForAll("pricedLists") List<PricedList> lists,
            @ForAll @IntRange(min = 1, max = 12) int quantity,
            @ForAll Random random) {
        List<PricedList> shuffled = new ArrayList<>(lists);
        Collections.shuffle(shuffled, random);
        assertThat(select(shuffled, context(quantity))).isEqualTo(select(lists, context(quantity)));
    }

    /** The rule as the documentation states it, step by step. */
    @Property
    void selectionFollowsTheDocumentedRule(
            @ForAll("pricedLists") List<PricedList> lists, @ForAll @IntRange(min = 1, max = 12) int quantity) {
        List<PricedList> applicable = lists.stream()
                .filter(list -> list.rules().customerGroup() == null)
                .filter(list -> list.rules().countries().isEmpty())
                .filter(list -> list.rules().validFrom() == null
                        || !list.rules().validFrom().isAfter(NOW))
                .filter(list -> list.rules().validUntil() == null
                        || list.rules().validUntil().isAfter(NOW))
                .filter(list -> tier(list, quantity).isPresent())
                .toList();
        int highest = applicable.stream()
                .mapToInt(list -> list.rules().priority())
                .max()
                .orElse(0);
        Optional<Long> expected = applicable.stream()
                .filter(list -> list.rules().priority() == highest)
                .map(list -> tier(list, quantity).orElseThrow().price().amount())
                .min(Comparator.naturalOrder());
        assertThat(amount(select(lists, context(quantity)))).isEqualTo(expected.orElse(1000L));
    }

    private static Optional<ListPrice> tier(PricedList list, int quantity) {
        return list.prices().stream()
                .filter(price -> price.minQuantity() <= quantity)
                .max(Comparator.comparingInt(ListPrice::minQuantity));
    }

    @Provide
    Arbitrary<List<PricedList>> pricedLists() {
        Arbitrary<Instant> instants = Arbitraries.longs().between(-3, 3).map(NOW::plusSeconds);
        Arbitrary<Map<Integer, Integer>> tiers = Arbitraries.maps(
                        Arbitraries.integers().between(1, 12),
                        Arbitraries.integers().between(1, 5))
                .ofMaxSize(4);
        Arbitrary<ListBuilder> builders = Combinators.combine(
                        Arbitraries.integers().between(-1, 1),
                        Arbitraries.of("", "wholesale").injectNull(0.6),
                        Arbitraries.of("DE").injectNull(0.7),
                        instants.injectNull(0.5),
                        instants.injectNull(0.5),
                        tiers)
                .as((priority, group, country, from, until, amounts) -> {
                    ListBuilder list = list(0).priority(priority).window(from, until);
                    if (group != null && !group.isEmpty()) {
                        list = list.group(group);
                    }
                    if (country != null) {
                        list = list.countries(country);
                    }
                    for (Map.Entry<Integer, Integer> tier : amounts.entrySet()) {
                        list = list.tier(tier.getKey(), tier.getValue());
                    }
                    return list;
                });
        return builders.list().ofMaxSize(6).map(list -> {
            List<PricedList> numbered = new ArrayList<>();
            for (int index = 0; index < list.size(); index++) {
                numbered.add(list.get(index).numbered(index + 1).build());
            }
            return numbered;
        });
    }

    private static void assertAmount(long expected, PricedList... lists) {
        assertThat(amount(select(List.of(lists), ONE_UNIT))).isEqualTo(expected);
    }

    private static long amount(Optional<SelectedPrice> selected) {
        return selected.orElseThrow().price().amount();
    }

    private static Optional<SelectedPrice> select(List<PricedList> lists, PriceContext context) {
        List<ListPrice> prices =
                lists.stream().flatMap(list -> list.prices().stream()).toList();
        return new PriceLists(lists.stream().map(PricedList::rules).toList())
                .select(new VariantPrices(base().base(), prices), context);
    }

    private static VariantPrices base() {
        return new VariantPrices(Map.of("EUR", new VariantPrice(euros(1000), Optional.empty())), List.of());
    }

    private static PriceContext context(int quantity) {
        return new PriceContext("EUR", Optional.empty(), Optional.empty(), quantity, NOW);
    }

    private static Money euros(long cents) {
        return Money.of(cents, "EUR");
    }

    /** Lists with a lower number are older. */
    private static PriceListId id(int number) {
        return new PriceListId(new UUID(0, number));
    }

    private static ListBuilder list(int number) {
        return new ListBuilder(rules(number), List.of());
    }

    private static PriceListRules rules(int number) {
        return new PriceListRules(
                id(number), "List " + number, "EUR", null, Set.of(), 0, null, null, null, NOW.plusSeconds(number));
    }

    private static PriceListRules taxIncluded(PriceListRules rules, boolean included) {
        return new PriceListRules(
                rules.id(),
                rules.name(),
                rules.currency(),
                rules.customerGroup(),
                rules.countries(),
                rules.priority(),
                rules.validFrom(),
                rules.validUntil(),
                included,
                rules.createdAt());
    }

    /** Builds a list in euros. */
    private record ListBuilder(PriceListRules rules, List<Map.Entry<Integer, Integer>> tiers) {
        ListBuilder rules(PriceListRules newRules) {
            return new ListBuilder(newRules, tiers);
        }

        ListBuilder tier(int minQuantity, int cents) {
            List<Map.Entry<Integer, Integer>> more = new ArrayList<>(tiers);
            more.add(Map.entry(minQuantity, cents));
            return new ListBuilder(rules, more);
        }

        ListBuilder numbered(int number) {
            return with(
                    id(number),
                    rules.customerGroup(),
                    rules.countries(),
                    rules.priority(),
                    rules.validFrom(),
                    rules.validUntil());
        }

        ListBuilder priority(int priority) {
            return with(
                    rules.id(),
                    rules.customerGroup(),
                    rules.countries(),
                    priority,
                    rules.validFrom(),
                    rules.validUntil());
        }

        ListBuilder group(String group) {
            return with(rules.id(), group, rules.countries(), rules.priority(), rules.validFrom(), rules.validUntil());
        }

        ListBuilder countries(String... countries) {
            return with(
                    rules.id(),
                    rules.customerGroup(),
                    Set.of(countries),
                    rules.priority(),
                    rules.validFrom(),
                    rules.validUntil());
        }

        ListBuilder window(@Nullable Instant from, @Nullable Instant until) {
            return with(rules.id(), rules.customerGroup(), rules.countries(), rules.priority(), from, until);
        }

        private ListBuilder with(
                PriceListId id,
                @Nullable String group,
                Set<String> countries,
                int priority,
                @Nullable Instant from,
                @Nullable Instant until) {
            return new ListBuilder(
                    new PriceListRules(
                            id,
                            rules.name(),
                            rules.currency(),
                            group,
                            countries,
                            priority,
                            from,
                            until,
                            rules.taxIncluded(),
                            rules.createdAt()),
                    tiers);
        }

        PricedList build() {
            return new PricedList(
                    rules,
                    tiers.stream()
                            .map(tier -> new ListPrice(rules.id(), tier.getKey(), euros(tier.getValue())))
                            .toList());
        }
    }
}
