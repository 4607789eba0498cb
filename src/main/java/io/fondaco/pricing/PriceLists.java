package io.fondaco.pricing;

import io.fondaco.catalog.VariantPrice;
import io.fondaco.pricing.SelectedPrice.SelectedList;
import io.fondaco.pricing.VariantPrices.ListPrice;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rules of price lists, and the selection of the price that applies. Of the lists that match and have a price for
 * the quantity, the one with the highest priority wins; of equal priorities the one with the lower price, then the
 * older list. Within a list the tier with the greatest quantity that the line reaches applies. Without a list it is the
 * base price. The order in which lists and prices are given makes no difference.
 */
public final class PriceLists {
    public static final PriceLists NONE = new PriceLists(List.of());

    private static final Comparator<Candidate> BEST_FIRST = bestFirst(
            candidate -> candidate.rules().priority(),
            candidate -> candidate.listPrice().price().amount(),
            candidate -> candidate.rules().createdAt(),
            candidate -> candidate.rules().id());

    private final Map<PriceListId, PriceListRules> rulesById;

    PriceLists(Collection<PriceListRules> rules) {
        this.rulesById = rules.stream().collect(Collectors.toUnmodifiableMap(PriceListRules::id, Function.identity()));
    }

    /**
     * When a list applies.
     *
     * @param customerGroup null for every customer
     * @param countries ISO 3166-1 alpha-2; empty for every country
     * @param validFrom the first instant at which it is valid; null without one
     * @param validUntil the first instant at which it is no longer valid; null without one
     * @param taxIncluded null for the setting of the shop
     */
    record PriceListRules(
            PriceListId id,
            String name,
            String currency,
            @Nullable String customerGroup,
            Set<String> countries,
            int priority,
            @Nullable Instant validFrom,
            @Nullable Instant validUntil,
            @Nullable Boolean taxIncluded,
            Instant createdAt) {
        PriceListRules {
            countries = Set.copyOf(countries);
        }

        private boolean matches(PriceContext context) {
            return currency.equals(context.currency())
                    && (customerGroup == null
                            || context.customerGroup()
                                    .filter(customerGroup::equals)
                                    .isPresent())
                    && (countries.isEmpty()
                            || context.country().filter(countries::contains).isPresent());
        }

        private boolean isValidAt(Instant at) {
            return (validFrom == null || !validFrom.isAfter(at)) && (validUntil == null || validUntil.isAfter(at));
        }

        private SelectedList toSelectedList() {
            return new SelectedList(id, name, Optional.ofNullable(taxIncluded));
        }
    }

    private record Candidate(PriceListRules rules, ListPrice listPrice) {
        private static Candidate higherTier(Candidate first, Candidate second) {
            return first.listPrice().minQuantity() > second.listPrice().minQuantity() ? first : second;
        }
    }

    /**
     * The order of prices of different lists by which the first one applies.
     *
     * @param createdAt when the list was created
     */
    static <T> Comparator<T> bestFirst(
            ToIntFunction<T> priority,
            ToLongFunction<T> amount,
            Function<T, Instant> createdAt,
            Function<T, PriceListId> list) {
        return Comparator.comparingInt(priority)
                .reversed()
                .thenComparingLong(amount)
                .thenComparing(createdAt)
                .thenComparing(price -> list.apply(price).value());
    }

    /** The price of one unit; empty if there is neither a base price in the currency nor a list price that applies. */
    public Optional<SelectedPrice> select(VariantPrices prices, PriceContext context) {
        Map<PriceListId, Candidate> tiers = new HashMap<>();
        for (ListPrice listPrice : prices.listPrices()) {
            PriceListRules rules = rulesById.get(listPrice.list());
            if (rules != null
                    && listPrice.minQuantity() <= context.quantity()
                    && rules.matches(context)
                    && rules.isValidAt(context.at())) {
                tiers.merge(rules.id(), new Candidate(rules, listPrice), Candidate::higherTier);
            }
        }
        return tiers.values().stream()
                .min(BEST_FIRST)
                .map(best -> new SelectedPrice(
                        best.listPrice().price(), Optional.of(best.rules().toSelectedList())))
                .or(() -> prices.base(context.currency())
                        .map(VariantPrice::price)
                        .map(price -> new SelectedPrice(price, Optional.empty())));
    }

    /** The first instant after that of the context at which a list that matches it begins or ends to be valid. */
    Optional<Instant> nextChange(PriceContext context) {
        return rulesById.values().stream()
                .filter(rules -> rules.matches(context))
                .flatMap(rules ->
                        Stream.of(Optional.ofNullable(rules.validFrom()), Optional.ofNullable(rules.validUntil())))
                .flatMap(Optional::stream)
                .filter(instant -> instant.isAfter(context.at()))
                .min(Comparator.naturalOrder());
    }

    Set<PriceListId> ids() {
        return rulesById.keySet();
    }
}
