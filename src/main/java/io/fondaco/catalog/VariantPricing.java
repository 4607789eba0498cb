package io.fondaco.catalog;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Where the catalogue gets the prices that it shows, and leaves those that it is given. {@code pricing} provides it. */
public interface VariantPricing {
    /** The price of each variant in this currency; variants without one are missing. One statement. */
    Map<VariantId, VariantPrice> findPrices(String currency, Collection<VariantId> variants);

    /** Every price of each variant, sorted by currency; variants without any are missing. One statement. */
    Map<VariantId, List<VariantPrice>> findAllPrices(Collection<VariantId> variants);

    /**
     * Sets prices by variant and currency; currencies that are not named stay as they are.
     *
     * @return for each variant whether anything changed
     */
    Map<VariantId, Boolean> savePrices(Map<VariantId, List<VariantPrice>> prices);
}
