package io.fondaco.shipping;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.FieldChanges;
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
        FieldChanges fields = new FieldChanges(clear);
        return new ShippingMethod(
                method.id(),
                method.zoneId(),
                method.code(),
                Objects.requireNonNullElse(name, method.name()),
                method.currency(),
                method.profile(),
                Objects.requireNonNullElse(rates, method.rates()),
                fields.apply("free_from", freeFrom, method.freeFrom()),
                Objects.requireNonNullElse(surcharges, method.surcharges()),
                fields.apply("estimate", estimateMinDays, method.estimateMinDays()),
                fields.apply("estimate", estimateMaxDays, method.estimateMaxDays()),
                fields.apply("cutoff", cutoff, method.cutoff()),
                Objects.requireNonNullElse(needsAddress, method.needsAddress()),
                fields.apply("pickup_location", pickupLocation, method.pickupLocation()),
                fields.apply("max_weight_grams", maxWeightGrams, method.maxWeightGrams()),
                fields.apply("provider", provider, method.provider()),
                Objects.requireNonNullElse(active, method.active()),
                method.version(),
                method.createdAt(),
                method.updatedAt());
    }
}
