package io.fondaco.shipping;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.shipping.ShippingMethod.Cutoff;
import io.fondaco.shipping.ShippingMethod.Rate;
import io.fondaco.shipping.ShippingMethod.Surcharge;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The request to change a shipping method. Absent fields keep their values. The code, the currency and the profile
 * cannot be changed.
 *
 * @param clear the fields whose value is removed
 */
@Schema(name = "ShippingMethodChange")
record MethodChange(
        @Size(min = 1, max = NewMethod.MAX_NAME) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
        String name,

        @Size(max = NewMethod.MAX_RATES) @Nullable List<@NotNull @Valid Rate> rates,
        @Nullable Money freeFrom,
        @Size(max = NewMethod.MAX_SURCHARGES) @Nullable List<@NotNull @Valid Surcharge> surcharges,
        @Min(0) @Max(NewMethod.MAX_ESTIMATE_DAYS) @Nullable Integer estimateMinDays,
        @Min(0) @Max(NewMethod.MAX_ESTIMATE_DAYS) @Nullable Integer estimateMaxDays,
        @Valid @Nullable Cutoff cutoff,
        @Nullable Boolean needsAddress,

        @Size(min = 1, max = NewMethod.MAX_LOCATION) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
        String pickupLocation,

        @Min(1) @Nullable Long maxWeightGrams,

        @Size(min = 1, max = NewMethod.MAX_PROVIDER) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
        String provider,

        @Nullable Boolean active,

        @Size(max = 10)
        @Schema(
                description = "The fields whose value is removed: `free_from`, `estimate` (both days), `cutoff`,"
                        + " `pickup_location`, `max_weight_grams`, `provider`.")
        @Nullable
        List<@NotNull @Pattern(regexp = "free_from|estimate|cutoff|pickup_location|max_weight_grams|provider") String>
                clear) {

    ShippingMethod applyTo(ShippingMethod method) {
        Set<String> cleared = clear == null ? Set.of() : Set.copyOf(clear);
        return new ShippingMethod(
                method.id(),
                method.zoneId(),
                method.code(),
                Objects.requireNonNullElse(name, method.name()),
                method.currency(),
                method.profile(),
                Objects.requireNonNullElse(rates, method.rates()),
                cleared.contains("free_from") ? null : orElse(freeFrom, method.freeFrom()),
                Objects.requireNonNullElse(surcharges, method.surcharges()),
                cleared.contains("estimate") ? null : orElse(estimateMinDays, method.estimateMinDays()),
                cleared.contains("estimate") ? null : orElse(estimateMaxDays, method.estimateMaxDays()),
                cleared.contains("cutoff") ? null : orElse(cutoff, method.cutoff()),
                Objects.requireNonNullElse(needsAddress, method.needsAddress()),
                cleared.contains("pickup_location") ? null : orElse(pickupLocation, method.pickupLocation()),
                cleared.contains("max_weight_grams") ? null : orElse(maxWeightGrams, method.maxWeightGrams()),
                cleared.contains("provider") ? null : orElse(provider, method.provider()),
                Objects.requireNonNullElse(active, method.active()),
                method.version(),
                method.createdAt(),
                method.updatedAt());
    }

    private static <T> @Nullable T orElse(@Nullable T value, @Nullable T otherwise) {
        return value == null ? otherwise : value;
    }
}
