package io.fondaco.inventory;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * Units set aside.
 *
 * @param backordered units of them, by SKU, that are not there yet; SKUs that are there in full are missing
 */
public record Reservation(ReservationId id, Map<String, Long> backordered) {
    public Reservation {
        backordered = Map.copyOf(backordered);
    }

    /** The same as an order counts them. */
    public Map<String, Integer> backorderedUnits() {
        return backordered.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> Math.toIntExact(entry.getValue())));
    }
}
