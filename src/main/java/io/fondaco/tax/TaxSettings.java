package io.fondaco.tax;

import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.tax.Taxes.TaxPlace;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The settings of taxes, as the admin API shows them.
 *
 * @param pricesIncludeTax whether prices include tax, where their price list does not say; also the prices of shipping
 * @param sellerCountry ISO 3166-1 alpha-2; null if it is not known where the seller is
 */
@Schema(name = "TaxSettings")
record TaxSettings(
        @Schema(description = "Whether prices include tax, where their price list does not say.")
        boolean pricesIncludeTax,

        Rounding rounding,
        RoundingRule roundingMode,
        ShippingTax shippingTax,

        @Schema(description = "The tax category of shipping.", examples = "standard")
        String shippingCategory,

        @Schema(description = "Where the seller is, ISO 3166-1 alpha-2: the place of sales without an address.")
        @Nullable
        String sellerCountry,

        @Nullable String sellerRegion,
        @Nullable String sellerPostalCode,

        @Schema(description = "Whether business customers in other member states of the EU owe the tax themselves.")
        boolean reverseCharge,

        long version,
        Instant updatedAt) {

    /** The place of the seller; empty if it is not known. */
    Optional<TaxPlace> seller() {
        return sellerCountry == null
                ? Optional.empty()
                : Optional.of(new TaxPlace(
                        sellerCountry,
                        Optional.ofNullable(sellerRegion),
                        sellerPostalCode == null ? "" : sellerPostalCode));
    }

    /** What is rounded once. */
    public enum Rounding {
        /** The tax of each line. */
        LINE,
        /** The tax of all lines with the same rates together. */
        ORDER;

        @JsonValue
        public String column() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Rounding ofColumn(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** How a tax is rounded to minor units. */
    public enum RoundingRule {
        /** Half a unit is rounded up. */
        HALF_UP(RoundingMode.HALF_UP),
        /** Half a unit is rounded to the even neighbor. */
        HALF_EVEN(RoundingMode.HALF_EVEN);

        private final RoundingMode mode;

        RoundingRule(RoundingMode mode) {
            this.mode = mode;
        }

        RoundingMode mode() {
            return mode;
        }

        @JsonValue
        public String column() {
            return name().toLowerCase(Locale.ROOT);
        }

        static RoundingRule ofColumn(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** By which rates shipping is taxed. */
    public enum ShippingTax {
        /** Those of the tax category of shipping. */
        CATEGORY,
        /** Those of the lines that cost most together. */
        MAIN_RATE,
        /** Those of the lines, each for a part of shipping in proportion to what the lines cost. */
        PRO_RATA;

        @JsonValue
        public String column() {
            return name().toLowerCase(Locale.ROOT);
        }

        static ShippingTax ofColumn(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * The request to change the settings. Absent fields keep their values.
     *
     * @param clear the fields whose value is removed
     */
    @Schema(name = "TaxSettingsChange")
    record Change(
            @Nullable Boolean pricesIncludeTax,
            @Nullable Rounding rounding,
            @Nullable RoundingRule roundingMode,
            @Nullable ShippingTax shippingTax,

            @Pattern(regexp = TaxCategory.CODE) @Schema(examples = "standard") @Nullable
            String shippingCategory,

            @Schema(pattern = "^[A-Z]{2}$", examples = "DE") @Nullable
            String sellerCountry,

            @Size(max = TaxRateDraft.MAX_REGION) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String sellerRegion,

            @Size(min = 1, max = 20) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String sellerPostalCode,

            @Nullable Boolean reverseCharge,

            @Size(max = 3)
            @Schema(
                    description = "The fields whose value is removed: `seller_country`, `seller_region`, "
                            + "`seller_postal_code`.")
            @Nullable
            List<@NotNull @Pattern(regexp = "seller_country|seller_region|seller_postal_code") String> clear) {}
}
