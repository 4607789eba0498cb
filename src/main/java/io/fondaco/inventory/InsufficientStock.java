package io.fondaco.inventory;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import java.util.List;
import java.util.Map;

/** Some of the requested units cannot be sold; nothing was reserved. */
public final class InsufficientStock extends ApiException {
    private final transient List<Shortage> shortages;

    public InsufficientStock(List<Shortage> shortages) {
        this(shortages, Long.MAX_VALUE);
    }

    private InsufficientStock(List<Shortage> shortages, long disclosureLimit) {
        super(
                409,
                "out_of_stock",
                "Not enough in stock of: "
                        + String.join(
                                ", ", shortages.stream().map(Shortage::sku).toList()),
                shortages.stream()
                        .map(shortage -> shortage.toViolation("", disclosureLimit))
                        .toList());
        this.shortages = List.copyOf(shortages);
    }

    public List<Shortage> shortages() {
        return shortages;
    }

    /** A copy whose message discloses at most this number of units, for callers that may not know the exact stock. */
    InsufficientStock withDisclosureLimit(long units) {
        return new InsufficientStock(shortages, units);
    }

    /** A SKU of which more units were requested than can be sold from stock and on backorder. */
    public record Shortage(String sku, long requested, long available) {
        /**
         * The single rule of what a shortage discloses: {@code sku}, {@code requested} and {@code available}, which is
         * a lower bound if more than {@code disclosureLimit} units can be sold. A shopper cannot learn the exact stock
         * by requesting 9,999.
         *
         * @param pointer to the line in the request, or empty
         */
        public Violation toViolation(String pointer, long disclosureLimit) {
            return new Violation(
                    pointer,
                    "out_of_stock",
                    available <= disclosureLimit
                            ? "%d requested, %d available".formatted(requested, available)
                            : "%d requested, fewer available (at least %d)".formatted(requested, disclosureLimit),
                    Map.of("sku", sku, "requested", requested, "available", Math.min(available, disclosureLimit)));
        }
    }
}
