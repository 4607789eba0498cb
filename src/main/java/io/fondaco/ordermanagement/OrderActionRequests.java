package io.fondaco.ordermanagement;

import io.fondaco.order.UnitSelection.LineQuantity;
import io.fondaco.parcel.LabelId;
import io.fondaco.parcel.Parcels.SentParcel;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.ApiException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Request bodies of the staff's order actions. */
final class OrderActionRequests {
    private static final int MAX_LINES = 10_000;
    private static final int MAX_REASON = 1_000;

    private OrderActionRequests() {}

    /**
     * @param lines null for the whole order
     */
    record CancelRequest(
            @Schema(description = "Absent: the whole order.") @Nullable @Size(min = 1, max = MAX_LINES)
            List<@NotNull @Valid LineQuantity> lines,

            @Nullable @Size(max = MAX_REASON) @Pattern(regexp = PostalAddress.PRINTABLE)
            String reason) {}

    /**
     * @param amount null for the total less the cancelled amount
     */
    record CaptureRequest(
            @Nullable
            @Schema(
                    description =
                            "Absent: the total less the cancelled amount. The rest of the authorization is released.")
            Money amount) {}

    /**
     * @param lines the units to refund
     * @param amount replaces the price of the lines; required if there are none
     */
    record RefundRequest(
            @Nullable @Size(max = MAX_LINES) List<@NotNull @Valid LineQuantity> lines,

            @Nullable @Schema(description = "Absent: the price of the lines.")
            Money amount,

            @Nullable @Schema(description = "Whether the units are put back into stock and not sent; absent: no.")
            Boolean restock,

            @Nullable @Size(max = MAX_REASON) @Pattern(regexp = PostalAddress.PRINTABLE)
            String reason) {}

    /**
     * @param lines null for the units of the label, or for all open units that are not refunded
     * @param labelId null if no label was bought
     */
    record FulfillmentRequest(
            @Schema(description = "Absent: the units of the label, or all open units that are not refunded.")
            @Nullable
            @Size(min = 1, max = MAX_LINES)
            List<@NotNull @Valid LineQuantity> lines,

            @Nullable @Size(max = 100) @Pattern(regexp = PostalAddress.PRINTABLE)
            String carrier,

            @Nullable @Size(max = 100) @Pattern(regexp = PostalAddress.PRINTABLE)
            String trackingNumber,

            @Nullable @Size(max = 2_000) @Pattern(regexp = "https?://[^\\p{Cntrl}\\s]+")
            String trackingUrl,

            @Schema(description = "A purchased label; carrier, tracking number and URL are taken from it.") @Nullable
            LabelId labelId) {

        static final FulfillmentRequest EVERYTHING = new FulfillmentRequest(null, null, null, null, null);

        /**
         * The request with what its label states.
         *
         * @throws ApiException 422 {@code label_has_tracking} if it states a carrier or tracking itself
         */
        FulfillmentRequest of(SentParcel parcel) {
            if (carrier != null || trackingNumber != null || trackingUrl != null) {
                throw ApiException.invalid(
                        "/label_id",
                        "label_has_tracking",
                        "Carrier, tracking number and URL are those of the label. Name either them or a label.");
            }
            return new FulfillmentRequest(
                    lines == null ? parcel.lines() : lines,
                    parcel.carrier(),
                    parcel.trackingNumber(),
                    parcel.trackingUrl(),
                    labelId);
        }
    }

    /** Units that the customer returned. */
    record ReturnRequest(
            @NotNull @NotEmpty @Size(max = MAX_LINES) List<@NotNull @Valid LineQuantity> lines,

            @Nullable @Schema(description = "Whether the units are put back into stock; absent: no.")
            Boolean restock,

            @Nullable @Schema(description = "Whether the units are refunded; absent: no.")
            Boolean refund,

            @Nullable @Size(max = MAX_REASON) @Pattern(regexp = PostalAddress.PRINTABLE)
            String reason) {}
}
