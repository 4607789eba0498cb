package io.fondaco.inventory;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import java.util.List;
import java.util.Map;

/** Not everything asked for is there; nothing was reserved. */
public final class InsufficientStock extends ApiException {
    private final transient List<Shortage> shortages;

    public InsufficientStock(List<Shortage> shortages) {
        this(shortages, Long.MAX_VALUE);
    }

    private InsufficientStock(List<Shortage> shortages, long toldAtMost) {
        super(
                409,
                "out_of_stock",
                "Not enough in stock of: "
                        + String.join(
                                ", ", shortages.stream().map(Shortage::sku).toList()),
                shortages.stream()
                        .map(shortage -> shortage.toViolation("", toldAtMost))
                        .toList());
        this.shortages = List.copyOf(shortages);
    }

    public List<Shortage> shortages() {
        return shortages;
    }

    /** The same as it is told to callers who may not know the stock. */
    InsufficientStock withDisclosureLimit(long units) {
        return new InsufficientStock(shortages, units);
    }

    /** One SKU of which more was asked for than can be sold, from the shelves and on backorder. */
    public record Shortage(String sku, long requested, long available) {
        /**
         * The one rule of what is told of a shortage: {@code sku}, {@code requested} and {@code available}, which is a
         * lower bound where more than {@code toldAtMost} units can be sold. The exact stock is nobody's business who
         * asks for 9,999.
         *
         * @param pointer where the line stands in what was asked for, or empty
         */
        public Violation toViolation(String pointer, long toldAtMost) {
            return new Violation(
                    pointer,
                    "out_of_stock",
                    available <= toldAtMost
                            ? "%d requested, %d available".formatted(requested, available)
                            : "%d requested, fewer available (at least %d)".formatted(requested, toldAtMost),
                    Map.of("sku", sku, "requested", requested, "available", Math.min(available, toldAtMost)));
        }
    }
}
