package io.fondaco.inventory;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A change of stock: either by a difference or to a count.
 *
 * @param location absent: {@code "default"}
 * @param createLocation whether a location that is not known is made
 * @param delta units more, or less when negative
 * @param available what is free on the shelf from now on
 * @param reason for the history
 */
record StockAdjustment(
        @Schema(examples = "85123A") @NotNull @Size(min = 1, max = 255)
        String sku,

        @Size(min = 1, max = 100) @Nullable String location,

        @Schema(description = "Whether a location that is not known is made; absent: no, it is refused.") @Nullable
        Boolean createLocation,

        @Schema(description = "Units more, or less when negative; either this or available.", examples = "-3")
        @Min(-MAX_UNITS)
        @Max(MAX_UNITS)
        @Nullable
        Long delta,

        @Schema(
                description =
                        "Units on the shelf that nobody has reserved; either this or delta. Orders that wait are served from them at once.")
        @Min(0)
        @Max(MAX_UNITS)
        @Nullable
        Long available,

        @Size(max = 500) @Nullable String reason) {
    static final long MAX_UNITS = StockCount.MAX_AVAILABLE;
}
