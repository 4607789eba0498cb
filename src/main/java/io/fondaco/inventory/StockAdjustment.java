package io.fondaco.inventory;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A correction of a stock level: either by a difference or to a count.
 *
 * @param location absent: {@code "default"}
 * @param createLocation whether an unknown location is created
 * @param delta units more, or less if negative
 * @param available the new number of unreserved units on the shelf
 * @param reason for the history
 */
record StockAdjustment(
        @Schema(examples = "85123A") @NotNull @Size(min = 1, max = 255)
        String sku,

        @Size(min = 1, max = 100) @Nullable String location,

        @Schema(description = "Whether an unknown location is created; absent: no, it is rejected.") @Nullable
        Boolean createLocation,

        @Schema(description = "Units more, or less if negative; either this or available.", examples = "-3")
        @Min(-MAX_UNITS)
        @Max(MAX_UNITS)
        @Nullable
        Long delta,

        @Schema(
                description =
                        "Unreserved units on the shelf; either this or delta. Waiting backorders are filled from them"
                                + " immediately.")
        @Min(0)
        @Max(MAX_UNITS)
        @Nullable
        Long available,

        @Size(max = 500) @Nullable String reason) {
    static final long MAX_UNITS = StockCount.MAX_AVAILABLE;
}
