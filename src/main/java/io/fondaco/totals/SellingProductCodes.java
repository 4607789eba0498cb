package io.fondaco.totals;

import io.fondaco.catalog.Catalog.ProductCodes;
import io.fondaco.shipping.Shipping;
import io.fondaco.tax.Taxes;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/** Tells the catalog which tax categories and shipping profiles a product may have. */
@ApplicationScoped
class SellingProductCodes implements ProductCodes {
    private final Taxes taxes;
    private final Shipping shipping;

    SellingProductCodes(Taxes taxes, Shipping shipping) {
        this.taxes = taxes;
        this.shipping = shipping;
    }

    @Override
    public Set<String> unknownTaxCategories(Set<String> codes) {
        return taxes.unknownCategories(codes);
    }

    @Override
    public Set<String> unknownShippingProfiles(Set<String> codes) {
        return shipping.unknownProfiles(codes);
    }
}
