package io.fondaco.inventory;

import io.fondaco.inventory.Inventory.StockQuantity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The units that one reservation requests.
 *
 * @param quantities each SKU once
 * @param country destination, ISO 3166-1 alpha-2; null if it is unknown or the order is collected
 */
public record StockDemand(
        List<StockQuantity> quantities, @Nullable String country) {
    public StockDemand {
        quantities = List.copyOf(quantities);
    }
}
