package io.fondaco.pricing;

import static java.util.Objects.requireNonNull;

import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.money.Money;
import io.fondaco.pricing.PriceLists.PriceListRules;
import io.fondaco.pricing.PricingStatements.PastPriceRow;
import io.fondaco.pricing.PricingStatements.PublicPriceRow;
import io.fondaco.pricing.PublicPrices.PublicPrice;
import io.fondaco.pricing.SelectedPrice.SelectedList;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Finds what everyone pays for one unit, and the lowest price before a reduction. */
@ApplicationScoped
class PublicPriceFinder {
    private final PricingStatements statements;

    PublicPriceFinder(PricingStatements statements) {
        this.statements = statements;
    }

    PublicPrices find(String currency, Optional<String> country, Instant at, Collection<VariantId> variants) {
        PriceContext context = new PriceContext(currency, Optional.empty(), country, 1, at);
        Map<UUID, List<PublicPriceRow>> rows = statements.listPublicPrices(variants, currency).stream()
                .collect(Collectors.groupingBy(PublicPriceRow::variantId));
        PriceLists lists = listsOf(rows.values(), currency);
        Map<VariantId, PublicPrice> prices = new HashMap<>();
        rows.forEach((variant, found) -> select(lists, toVariantPrices(found, currency), context)
                .ifPresent(price -> prices.put(new VariantId(variant), price)));
        addLowestPrices(prices, context);
        return new PublicPrices(prices, lists.nextChange(context), tags(lists));
    }

    private static PriceLists listsOf(Collection<List<PublicPriceRow>> rows, String currency) {
        Map<PriceListId, PriceListRules> rules = new HashMap<>();
        rows.forEach(found -> found.forEach(
                row -> row.toRules(currency).ifPresent(listRules -> rules.put(listRules.id(), listRules))));
        return new PriceLists(rules.values());
    }

    private static VariantPrices toVariantPrices(List<PublicPriceRow> rows, String currency) {
        Map<String, VariantPrice> base = rows.stream()
                .filter(row -> row.listId() == null)
                .collect(Collectors.toMap(_ -> currency, row -> row.toBasePrice(currency)));
        return new VariantPrices(
                base,
                rows.stream().flatMap(row -> row.toListPrice(currency).stream()).toList());
    }

    private static Optional<PublicPrice> select(PriceLists lists, VariantPrices prices, PriceContext context) {
        return lists.select(prices, context).map(selected -> {
            Optional<VariantPrice> base = prices.base(context.currency());
            return new PublicPrice(
                    base,
                    selected.price(),
                    compareAt(selected, base),
                    selected.list().flatMap(SelectedList::taxIncluded),
                    Optional.empty());
        });
    }

    private static Optional<Money> compareAt(SelectedPrice selected, Optional<VariantPrice> base) {
        Optional<Money> ofBasePrice = base.flatMap(VariantPrice::compareAt);
        return selected.list().isEmpty()
                ? ofBasePrice
                : ofBasePrice
                        .or(() -> base.map(VariantPrice::price))
                        .filter(higher -> higher.amount() > selected.price().amount());
    }

    private void addLowestPrices(Map<VariantId, PublicPrice> prices, PriceContext context) {
        Set<VariantId> reduced = prices.entrySet().stream()
                .filter(entry -> entry.getValue().isReduced())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        if (reduced.isEmpty()) {
            return;
        }
        Map<UUID, List<PastPriceRow>> history =
                statements.listPriceHistory(reduced, context.currency(), context.country()).stream()
                        .collect(Collectors.groupingBy(PastPriceRow::variantId));
        for (VariantId variant : reduced) {
            PriceHistory past = new PriceHistory(history.getOrDefault(variant.value(), List.of()).stream()
                    .map(PastPriceRow::toPastPrice)
                    .toList());
            Optional<Money> lowest =
                    past.lowestBeforeReduction(context.at()).map(amount -> Money.of(amount, context.currency()));
            prices.put(variant, requireNonNull(prices.get(variant)).withLowestPrice30Days(lowest));
        }
    }

    private static Set<CacheTag> tags(PriceLists lists) {
        Set<CacheTag> tags = new HashSet<>();
        tags.add(PriceListService.PUBLIC_LISTS);
        lists.ids().forEach(id -> tags.add(PriceListService.tag(id)));
        return tags;
    }
}
