package io.fondaco.shipping;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.shipping.ShippingMethod.Cutoff;
import io.fondaco.shipping.ShippingMethod.Rate;
import io.fondaco.shipping.ShippingMethod.Surcharge;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The request to create a shipping method.
 *
 * @param needsAddress absent: true, or false if there is a pickup location
 * @param active absent: true
 */
@Schema(name = "NewShippingMethod")
record NewMethod(
        @NotNull
        @Pattern(regexp = ShippingMethod.CODE)
        @Schema(
                description = "What carts choose. A more specific zone that has the code replaces this method.",
                examples = "standard")
        String code,

        @NotBlank
        @Size(max = MAX_NAME)
        @Pattern(regexp = PostalAddress.PRINTABLE)
        @Schema(examples = "Standard delivery")
        String name,

        @Size(min = 3, max = 3)
        @Schema(description = "Absent: the method is free in every currency, and has no rates.", examples = "EUR")
        @Nullable
        String currency,

        @Pattern(regexp = ShippingMethod.CODE)
        @Schema(description = "The shipping profile that it is for; absent: every profile.", examples = "bulky")
        @Nullable
        String profile,

        @Size(max = MAX_RATES)
        @Schema(description = "The last rate whose minimums hold applies, in the order of the minimums.")
        @Nullable
        List<@NotNull @Valid Rate> rates,

        @Schema(description = "The subtotal of the cart, before discounts, from which the method is free.") @Nullable
        Money freeFrom,

        @Size(max = MAX_SURCHARGES) @Schema(description = "Added to the rate, unless the method is free.") @Nullable
        List<@NotNull @Valid Surcharge> surcharges,

        @Min(0) @Max(MAX_ESTIMATE_DAYS) @Schema(description = "Calendar days.", examples = "1") @Nullable
        Integer estimateMinDays,

        @Min(0) @Max(MAX_ESTIMATE_DAYS) @Schema(description = "Calendar days.", examples = "3") @Nullable
        Integer estimateMaxDays,

        @Valid @Nullable Cutoff cutoff,

        @Schema(description = "Absent: true, or false with a `pickup_location`.") @Nullable
        Boolean needsAddress,

        @Size(min = 1, max = MAX_LOCATION)
        @Pattern(regexp = PostalAddress.PRINTABLE)
        @Schema(description = "The code of the stock location where the customer collects.", examples = "leeds")
        @Nullable
        String pickupLocation,

        @Min(1) @Schema(description = "Of the parcel; heavier ones are not sent by it.", examples = "30000") @Nullable
        Long maxWeightGrams,

        @Size(min = 1, max = MAX_PROVIDER)
        @Pattern(regexp = PostalAddress.PRINTABLE)
        @Schema(
                description = "The provider of live rates. The rates apply if it does not answer; without rates the"
                        + " method is not offered then.",
                examples = "test")
        @Nullable
        String provider,

        @Schema(description = "Absent: true. An inactive method also replaces those of less specific zones.") @Nullable
        Boolean active) {
    static final int MAX_NAME = 100;
    static final int MAX_RATES = 100;
    static final int MAX_SURCHARGES = 20;
    static final int MAX_ESTIMATE_DAYS = 365;
    static final int MAX_LOCATION = 100;
    static final int MAX_PROVIDER = 40;

    ShippingMethod toMethod(ShippingZoneId zone) {
        return new ShippingMethod(
                ShippingMethodId.random(),
                zone,
                code,
                name,
                currency,
                profile,
                rates == null ? List.of() : rates,
                freeFrom,
                surcharges == null ? List.of() : surcharges,
                estimateMinDays,
                estimateMaxDays,
                cutoff,
                Objects.requireNonNullElse(needsAddress, pickupLocation == null),
                pickupLocation,
                maxWeightGrams,
                provider,
                Objects.requireNonNullElse(active, true),
                1,
                Instant.EPOCH,
                Instant.EPOCH);
    }
}
