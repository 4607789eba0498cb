package io.fondaco.inventory;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import java.util.List;
import java.util.Map;

/** Not everything asked for is there; nothing was reserved. */
public final class InsufficientStock extends ApiException {
    private final transient List<Shortage> shortages;

    public InsufficientStock(List<Shortage> shortages) {
        super(
                409,
                "out_of_stock",
                "Not enough in stock of: "
                        + String.join(
                                ", ", shortages.stream().map(Shortage::sku).toList()),
                shortages.stream().map(Shortage::violation).toList());
        this.shortages = List.copyOf(shortages);
    }

    public List<Shortage> shortages() {
        return shortages;
    }

    /** One SKU of which more was asked for than can be sold, from the shelves and on backorder. */
    public record Shortage(String sku, long requested, long available) {
        private Violation violation() {
            return new Violation(
                    "",
                    "out_of_stock",
                    "%d requested, %d available".formatted(requested, available),
                    Map.of("sku", sku, "requested", requested, "available", available));
        }
    }
}
