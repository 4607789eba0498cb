package io.fondaco.totals;

import io.fondaco.cart.CartLine;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.pricing.PriceContext;
import io.fondaco.pricing.PriceLists;
import io.fondaco.pricing.SelectedPrice;
import io.fondaco.totals.PricedCart.PricedLine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Finds the variant of each line and the price that applies to its quantity, and the subtotal. A line without a price
 * adds nothing; {@link CompletionChecks} reports it.
 */
final class ItemsStep implements TotalsStep {
    private final Function<Collection<String>, Map<String, SellableItem>> itemQuery;
    private final Supplier<PriceLists> priceListQuery;

    /**
     * @param itemQuery finds items by SKU; unknown SKUs are missing from its result
     * @param priceListQuery finds the rules of price lists; not used for items without a price in a list
     */
    ItemsStep(Function<Collection<String>, Map<String, SellableItem>> itemQuery, Supplier<PriceLists> priceListQuery) {
        this.itemQuery = itemQuery;
        this.priceListQuery = priceListQuery;
    }

    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        List<CartLine> cartLines = draft.cart().lines();
        Map<String, SellableItem> items =
                cartLines.isEmpty() ? Map.of() : itemQuery.apply(draft.cart().skus());
        boolean listed = items.values().stream()
                .anyMatch(item -> !item.prices().listPrices().isEmpty());
        PriceLists priceLists = listed ? priceListQuery.get() : PriceLists.NONE;
        List<PricedLine> lines = new ArrayList<>();
        Money subtotal = draft.zero();
        for (CartLine cartLine : cartLines) {
            Optional<SellableItem> item = Optional.ofNullable(items.get(cartLine.sku()));
            Optional<SelectedPrice> price =
                    item.flatMap(found -> priceLists.select(found.prices(), context(draft, cartLine)));
            PricedLine line = new PricedLine(
                    cartLine,
                    item.map(SellableItem::variant),
                    price.map(SelectedPrice::price),
                    price.flatMap(SelectedPrice::list),
                    false,
                    CartTaxes.noTax(draft.zero()));
            subtotal = subtotal.plus(line.total().orElse(draft.zero()));
            lines.add(line);
        }
        return draft.withItems(List.copyOf(lines), subtotal);
    }

    /** Customers have no groups yet. */
    private static PriceContext context(TotalsDraft draft, CartLine cartLine) {
        return new PriceContext(
                draft.cart().currency(),
                Optional.empty(),
                draft.cart().shippingAddress().map(PostalAddress::country),
                cartLine.quantity(),
                draft.at());
    }
}
