package io.fondaco.inventory;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The quantities of a SKU at a location: {@code available = on_hand - reserved - backordered}.
 *
 * @param onHand units at the location
 * @param reserved of these, units reserved by open checkouts
 * @param available units that can still be sold from here; negative while units are backordered
 * @param backordered units of orders and open checkouts that are not in stock here yet
 */
public record StockLevel(
        String sku,
        String location,
        long onHand,
        long reserved,

        @Schema(
                description =
                        "on_hand - reserved - backordered. Negative: so many units are sold on backorder and have not"
                                + " arrived.")
        long available,

        @Schema(description = "Units of orders or open checkouts that are not in stock yet.")
        long backordered) {

    /** Unreserved units on the shelf. */
    public long free() {
        return onHand - reserved;
    }
}
