package io.fondaco.inventory;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * Units that are reserved for a checkout.
 *
 * @param backordered of these, units by SKU that are not in stock yet; SKUs that are fully in stock are missing
 */
public record Reservation(ReservationId id, Map<String, Long> backordered) {
    public Reservation {
        backordered = Map.copyOf(backordered);
    }

    /** {@link #backordered} with the quantities as {@code int}, as order lines have them. */
    public Map<String, Integer> backorderedUnits() {
        return backordered.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> Math.toIntExact(entry.getValue())));
    }
}
