package io.fondaco.inventory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted together.
 *
 * @param quantities each SKU once
 * @param country ISO 3166-1 alpha-2, where it is sent to; null when that is not known, or it is collected
 */
public record StockDemand(
        List<StockQuantity> quantities, @Nullable String country) {
    public StockDemand {
        quantities = List.copyOf(quantities);
    }
}
