package io.fondaco.checkout;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What the staff asks for after an order was placed. */
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
     * @param amount null for all that is due
     */
    record CaptureRequest(
            @Nullable @Schema(description = "Absent: all that is due. What is not captured is let go.")
            Money amount) {}

    /**
     * @param lines whose price goes back
     * @param amount instead of the lines' price, or without lines
     */
    record RefundRequest(
            @Nullable @Size(max = MAX_LINES) List<@NotNull @Valid LineQuantity> lines,

            @Nullable @Schema(description = "Absent: the price of the lines.")
            Money amount,

            @Nullable @Schema(description = "Whether the units go back into stock, and are not sent; absent: no.")
            Boolean restock,

            @Nullable @Size(max = MAX_REASON) @Pattern(regexp = PostalAddress.PRINTABLE)
            String reason) {}

    /**
     * @param lines null for everything that is open and whose price did not go back
     */
    record FulfillmentRequest(
            @Schema(description = "Absent: everything that is open and whose price did not go back.")
            @Nullable
            @Size(min = 1, max = MAX_LINES)
            List<@NotNull @Valid LineQuantity> lines,

            @Nullable @Size(max = 100) @Pattern(regexp = PostalAddress.PRINTABLE)
            String carrier,

            @Nullable @Size(max = 100) @Pattern(regexp = PostalAddress.PRINTABLE)
            String trackingNumber,

            @Nullable @Size(max = 2_000) @Pattern(regexp = "https?://[^\\p{Cntrl}\\s]+")
            String trackingUrl) {}

    /** Units that came back. */
    record ReturnRequest(
            @NotNull @NotEmpty @Size(max = MAX_LINES) List<@NotNull @Valid LineQuantity> lines,

            @Nullable @Schema(description = "Whether the units go back into stock; absent: no.")
            Boolean restock,

            @Nullable @Schema(description = "Whether their price goes back; absent: no.")
            Boolean refund,

            @Nullable @Size(max = MAX_REASON) @Pattern(regexp = PostalAddress.PRINTABLE)
            String reason) {}
}
