package io.fondaco.totals;

import io.fondaco.cart.CartLine;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.money.Money;
import io.fondaco.totals.PricedCart.PricedLine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the variant and the price of each line, and the subtotal. A line without a price adds nothing; {@link
 * CompletionChecks} reports it. Two statements, none for an empty cart.
 */
final class ItemsStep implements TotalsStep {
    private final VariantQuery variantQuery;
    private final PriceQuery priceQuery;

    /** Finds variants by SKU; unknown SKUs are missing from the result. */
    interface VariantQuery {
        Map<String, SellableVariant> variantsBySku(Collection<String> skus);
    }

    /** Finds the prices of variants in one currency; variants without a price are missing from the result. */
    interface PriceQuery {
        Map<VariantId, VariantPrice> findPrices(String currency, Collection<VariantId> variants);
    }

    ItemsStep(VariantQuery variantQuery, PriceQuery priceQuery) {
        this.variantQuery = variantQuery;
        this.priceQuery = priceQuery;
    }

    @Override
    public TotalsDraft apply(TotalsDraft draft) {
        List<CartLine> cartLines = draft.cart().lines();
        Map<String, SellableVariant> variants = cartLines.isEmpty()
                ? Map.of()
                : variantQuery.variantsBySku(draft.cart().skus());
        List<VariantId> ids =
                variants.values().stream().map(SellableVariant::id).toList();
        Map<VariantId, VariantPrice> prices =
                ids.isEmpty() ? Map.of() : priceQuery.findPrices(draft.cart().currency(), ids);
        List<PricedLine> lines = new ArrayList<>();
        Money subtotal = draft.zero();
        for (CartLine cartLine : cartLines) {
            Optional<SellableVariant> variant = Optional.ofNullable(variants.get(cartLine.sku()));
            Optional<Money> price = variant.map(SellableVariant::id)
                    .flatMap(id -> Optional.ofNullable(prices.get(id)))
                    .map(VariantPrice::price);
            PricedLine line = new PricedLine(cartLine, variant, price, draft.zero());
            subtotal = subtotal.plus(line.total().orElse(draft.zero()));
            lines.add(line);
        }
        return draft.withItems(List.copyOf(lines), subtotal);
    }
}
