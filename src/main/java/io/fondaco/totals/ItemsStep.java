package io.fondaco.totals;

import io.fondaco.cart.CartLine;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.money.Money;
import io.fondaco.totals.PricedCart.PricedLine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds the variant and the price of each line, and the subtotal. A line without a price adds nothing; {@link
 * CompletionChecks} reports it.
 */
final class ItemsStep implements TotalsStep {
    private final Function<Collection<String>, Map<String, SellableItem>> itemQuery;

    /** @param itemQuery finds items by SKU; unknown SKUs are missing from its result */
    ItemsStep(Function<Collection<String>, Map<String, SellableItem>> itemQuery) {
        this.itemQuery = itemQuery;
    }

    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        List<CartLine> cartLines = draft.cart().lines();
        Map<String, SellableItem> items =
                cartLines.isEmpty() ? Map.of() : itemQuery.apply(draft.cart().skus());
        List<PricedLine> lines = new ArrayList<>();
        Money subtotal = draft.zero();
        for (CartLine cartLine : cartLines) {
            Optional<SellableItem> item = Optional.ofNullable(items.get(cartLine.sku()));
            Optional<Money> price =
                    item.flatMap(found -> found.price(draft.cart().currency())).map(VariantPrice::price);
            PricedLine line = new PricedLine(
                    cartLine,
                    item.map(SellableItem::variant),
                    price,
                    Optional.empty(),
                    false,
                    CartTaxes.noTax(draft.zero()));
            subtotal = subtotal.plus(line.total().orElse(draft.zero()));
            lines.add(line);
        }
        return draft.withItems(List.copyOf(lines), subtotal);
    }
}
