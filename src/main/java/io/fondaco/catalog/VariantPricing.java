package io.fondaco.catalog;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Reads and saves variant prices, for the catalog. The {@code pricing} module implements it. */
public interface VariantPricing {
    /** Every base price of each variant, sorted by currency; variants without any are missing. One statement. */
    Map<VariantId, List<VariantPrice>> findAllPrices(Collection<VariantId> variants);

    /**
     * Sets base prices by variant and currency; prices in other currencies stay as they are.
     *
     * @return for each variant, whether any price changed
     */
    Map<VariantId, Boolean> savePrices(Map<VariantId, List<VariantPrice>> prices);
}
