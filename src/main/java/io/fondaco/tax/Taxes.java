package io.fondaco.tax;

import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import java.util.Set;

/** Taxes, for other modules. */
public interface Taxes {
    /** The tax category of what names no other one. */
    String STANDARD_CATEGORY = "standard";

    /** The tax category of what is not taxed anywhere. */
    String EXEMPT_CATEGORY = "exempt";

    /** Those of the codes that are not tax categories. One statement. */
    Set<String> unknownCategories(Set<String> codes);

    /**
     * The rules by which a sale is taxed. No statement if the rates of the destination's country and the settings are
     * cached, else one for each.
     */
    SaleTaxation taxationOf(TaxedSale sale, CachedReads reads);
}
