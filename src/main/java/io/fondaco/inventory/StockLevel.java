package io.fondaco.inventory;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How many there are: {@code available = on_hand - reserved - backordered}.
 *
 * @param onHand units at the location
 * @param reserved of these, units promised to checkouts under way
 * @param available what can still be sold from here; negative where units are owed
 * @param backordered units sold, or promised to checkouts under way, that are not here yet
 */
public record StockLevel(
        String sku,
        String location,
        long onHand,
        long reserved,

        @Schema(
                description =
                        "on_hand - reserved - backordered. Negative: so many units are sold on backorder and waited for.")
        long available,

        @Schema(description = "Units promised to orders or checkouts that are not here yet.")
        long backordered) {

    /** Units on the shelf that nobody has reserved. */
    public long free() {
        return onHand - reserved;
    }
}
