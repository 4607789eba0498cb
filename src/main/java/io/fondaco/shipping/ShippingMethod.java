package io.fondaco.shipping;

import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.money.Money;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A shipping method of a zone, in the admin API.
 *
 * @param currency null for a method that is free in every currency
 * @param profile null for every profile
 * @param rates the prices; see {@link QuoteCalculator} for the one that applies
 * @param freeFrom the subtotal of the whole cart from which the method is free
 * @param provider the {@link ShippingProvider} of live rates; the rates apply if it does not answer
 */
@Schema(name = "ShippingMethod")
record ShippingMethod(
        ShippingMethodId id,
        ShippingZoneId zoneId,
        @Schema(examples = "standard") String code,
        @Schema(examples = "Standard delivery") String name,
        @Schema(examples = "EUR") @Nullable String currency,
        @Schema(examples = "bulky") @Nullable String profile,
        List<Rate> rates,
        @Nullable Money freeFrom,
        List<Surcharge> surcharges,
        @Schema(examples = "1") @Nullable Integer estimateMinDays,
        @Schema(examples = "3") @Nullable Integer estimateMaxDays,
        @Nullable Cutoff cutoff,
        boolean needsAddress,
        @Schema(examples = "leeds") @Nullable String pickupLocation,
        @Schema(examples = "30000") @Nullable Long maxWeightGrams,
        @Schema(examples = "test") @Nullable String provider,
        boolean active,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    /** The code of a method or a profile. */
    static final String CODE = "[a-z0-9_-]{1,40}";

    ShippingMethod {
        rates = List.copyOf(rates);
        surcharges = List.copyOf(surcharges);
    }

    /**
     * A price, and the minimums from which it applies. Each is of the parcel, that is, of the lines of one profile.
     *
     * @param minSubtotal before discounts
     */
    @Schema(name = "ShippingRate")
    record Rate(
            @Min(0) @Schema(description = "Absent: 0.", examples = "5000") @Nullable
            Long minWeightGrams,

            @Schema(description = "Absent: 0.") @Nullable Money minSubtotal,

            @Min(0) @Schema(description = "Absent: 0.", examples = "10") @Nullable
            Long minItems,

            @NotNull Money price) {

        static Rate of(Money price) {
            return new Rate(null, null, null, price);
        }

        long minimumWeight() {
            return Objects.requireNonNullElse(minWeightGrams, 0L);
        }

        long minimumSubtotal() {
            return minSubtotal == null ? 0 : minSubtotal.amount();
        }

        long minimumItems() {
            return Objects.requireNonNullElse(minItems, 0L);
        }
    }

    /**
     * An amount that is added to the price of a parcel.
     *
     * @param profile only for parcels of this profile; null for every parcel
     * @param beyondItems for {@link Unit#ITEM}: the number of items without a surcharge; null for 0
     * @param beyondWeightGrams for {@link Unit#KILOGRAM}: the weight without a surcharge; null for 0
     */
    @Schema(name = "ShippingSurcharge")
    record Surcharge(
            @NotNull Unit per,

            @Pattern(regexp = CODE) @Schema(examples = "bulky") @Nullable
            String profile,

            @Min(0) @Schema(description = "With `per` `item`: items without a surcharge. Absent: 0.") @Nullable
            Long beyondItems,

            @Min(0) @Schema(description = "With `per` `kilogram`: the weight without a surcharge. Absent: 0.") @Nullable
            Long beyondWeightGrams,

            @NotNull Money price) {

        /** What a surcharge is multiplied by. It is public for the scanner of the OpenAPI document, which calls it. */
        @Schema(name = "ShippingSurchargeUnit")
        public enum Unit {
            PARCEL,
            ITEM,
            /** Of weight; a part of a kilogram counts as one. */
            KILOGRAM;

            @JsonValue
            public String column() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }

    /** The time of the day from which an order is sent a day later. */
    @Schema(name = "ShippingCutoff")
    record Cutoff(
            @NotNull @Pattern(regexp = "([01][0-9]|2[0-3]):[0-5][0-9]") @Schema(examples = "09:30")
            String time,

            @NotNull @Size(min = 1, max = 50) @Schema(examples = "Europe/Berlin")
            String timeZone) {}
}
