package io.fondaco.importing;

import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.money.Money;
import java.util.Optional;

/**
 * A price as a row wants it.
 *
 * @param hasCompareAtColumn whether the file has a column for it; if not, what is there stays
 */
record ImportedPrice(Money price, Optional<Money> compareAt, boolean hasCompareAtColumn) {
    VariantPrice applyTo(Optional<VariantPrice> present) {
        return new VariantPrice(price, hasCompareAtColumn ? compareAt : present.flatMap(VariantPrice::compareAt));
    }
}
