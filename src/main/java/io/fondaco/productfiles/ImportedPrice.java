package io.fondaco.productfiles;

import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.money.Money;
import java.util.Optional;

/**
 * The price in a row.
 *
 * @param hasCompareAtColumn whether the file has a compare-at column; if not, the existing compare-at price stays
 */
public record ImportedPrice(Money price, Optional<Money> compareAt, boolean hasCompareAtColumn) {
    public VariantPrice applyTo(Optional<VariantPrice> existing) {
        return new VariantPrice(price, hasCompareAtColumn ? compareAt : existing.flatMap(VariantPrice::compareAt));
    }
}
