package io.fondaco.parcel;

import io.fondaco.order.FulfillmentId;
import io.fondaco.order.OrderId;
import io.fondaco.order.UnitSelection.LineQuantity;
import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A label of a carrier for one parcel, as the admin API shows it. */
@Schema(name = "Label")
record Label(
        LabelId id,
        OrderId orderId,
        @Schema(examples = "test") String provider,
        LabelState state,
        @Schema(examples = "2400") long weightGrams,
        @Nullable Integer lengthMm,
        @Nullable Integer widthMm,
        @Nullable Integer heightMm,

        @Schema(description = "The units in the parcel.") List<LineQuantity> lines,

        @Nullable String carrier,
        @Nullable String trackingNumber,
        @Nullable String trackingUrl,

        @Schema(description = "The content type of the document that this shop keeps; null if it keeps none.") @Nullable
        String documentType,

        @Schema(description = "Where the provider keeps the document; null if it keeps none.") @Nullable
        String documentUrl,

        @Schema(description = "What the provider charges the shop.") @Nullable
        Money cost,

        @Schema(description = "Why the provider refused, or what prevented its last answer.") @Nullable
        String error,

        @Schema(description = "The fulfillment that names the label.") @Nullable
        FulfillmentId fulfillmentId,

        Instant createdAt,
        Instant updatedAt) {

    Label {
        lines = List.copyOf(lines);
    }

    /** The labels that one request bought. */
    @Schema(name = "LabelList")
    record LabelList(List<Label> data) {
        LabelList {
            data = List.copyOf(data);
        }

        /** Whether a provider has not answered yet. */
        boolean awaitsProvider() {
            return data.stream().anyMatch(label -> label.state() == LabelState.REQUESTED);
        }
    }
}
