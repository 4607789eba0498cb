package io.fondaco.parcel;

import io.fondaco.order.FulfillmentId;
import io.fondaco.order.OrderId;
import io.fondaco.order.UnitSelection.LineQuantity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parcels of orders, for other modules. */
public interface Parcels {
    /**
     * Uses a label for the fulfillment that sends its parcel, in the caller's transaction, which has locked the order.
     * One statement.
     *
     * @throws io.fondaco.platform.web.ApiException 422 {@code unknown_label}; 409 {@code label_not_purchased}, {@code
     *     label_used}
     */
    SentParcel send(OrderId order, LabelId label, FulfillmentId fulfillment);

    /** The units in a parcel, and how to track it. */
    record SentParcel(
            List<LineQuantity> lines,
            String carrier,
            String trackingNumber,
            @Nullable String trackingUrl) {

        public SentParcel {
            lines = List.copyOf(lines);
        }
    }
}
