package io.fondaco.parcel;

import io.fondaco.order.UnitSelection.LineQuantity;
import io.fondaco.platform.postal.PostalAddress;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The request to buy labels for parcels of an order. */
@Schema(name = "NewLabels")
record NewLabels(
        @NotBlank @Size(max = 40) @Pattern(regexp = PostalAddress.PRINTABLE) @Schema(examples = "test")
        String provider,

        @Schema(description = "Who sends the parcels; absent: the seller of the settings.") @Valid @Nullable
        PostalAddress sender,

        @NotEmpty @Size(max = MAX_PARCELS) @Schema(description = "A label is bought for each.")
        List<@NotNull @Valid NewParcel> parcels) {

    /** Their providers are asked at the same time, so it bounds the calls of a request. */
    static final int MAX_PARCELS = 20;

    private static final int MAX_LINES = 1_000;
    private static final long MAX_WEIGHT_GRAMS = 100_000_000;
    private static final int MAX_MILLIMETERS = 100_000;

    /** A parcel: its units, and what is known of its weight and size. */
    @Schema(name = "NewParcel")
    record NewParcel(
            @Schema(description = "Absent: the sum of the weights of its variants.")
            @Min(1)
            @Max(MAX_WEIGHT_GRAMS)
            @Nullable
            Long weightGrams,

            @Schema(
                    description = "Length, width and height are given together. Absent: those of the variant, if the"
                            + " parcel has one unit; otherwise unknown.")
            @Min(1)
            @Max(MAX_MILLIMETERS)
            @Nullable
            Integer lengthMm,

            @Min(1) @Max(MAX_MILLIMETERS) @Nullable Integer widthMm,

            @Min(1) @Max(MAX_MILLIMETERS) @Nullable Integer heightMm,

            @NotEmpty @Size(max = MAX_LINES) List<@NotNull @Valid LineQuantity> lines) {}
}
