package io.fondaco.pricing;

import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All prices of a variant. {@link PriceLists#select} chooses the one that applies.
 *
 * @param base the base prices by currency
 * @param listPrices the prices in price lists, in any order
 */
public record VariantPrices(Map<String, VariantPrice> base, List<ListPrice> listPrices) {
    public static final VariantPrices NONE = new VariantPrices(Map.of(), List.of());

    public VariantPrices {
        base = Map.copyOf(base);
        listPrices = List.copyOf(listPrices);
    }

    /**
     * A price of one unit in a price list.
     *
     * @param minQuantity the least quantity of a line that it applies to
     */
    public record ListPrice(PriceListId list, int minQuantity, Money price) {}

    public Optional<VariantPrice> base(String currency) {
        return Optional.ofNullable(base.get(currency));
    }

    /** Whether there is a price in the currency, which may not apply now or for every quantity. */
    public boolean anyIn(String currency) {
        return base.containsKey(currency)
                || listPrices.stream()
                        .anyMatch(listPrice -> listPrice.price().currency().equals(currency));
    }
}
