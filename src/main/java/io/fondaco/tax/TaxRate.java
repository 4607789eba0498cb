package io.fondaco.tax;

import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.postal.PostalCodePatterns;
import io.fondaco.platform.web.FieldChanges;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A tax rate in the admin API, in its normal form.
 *
 * @param region in capitals, without the country; null for the whole country
 * @param postalCodes as {@link PostalCodePatterns#parse} returns them, each once
 * @param rate a fraction as a plain decimal without trailing zeros
 */
@Schema(name = "TaxRate")
record TaxRate(
        @Schema(implementation = String.class, examples = "taxrate_01h455vb4pex5vsknk084sn02q")
        TaxRateId id,

        @Schema(examples = "VAT") String name,
        @Schema(examples = "DE") String country,
        @Nullable String region,
        List<String> postalCodes,
        @Schema(examples = "standard") String category,

        @Schema(description = "A fraction from 0 to 1.", examples = "0.19")
        String rate,

        boolean compound,
        @Nullable Instant validFrom,
        @Nullable Instant validUntil,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    TaxRate {
        postalCodes = List.copyOf(postalCodes);
    }

    /** A rate that is not stored yet. */
    static TaxRate create(TaxRateDraft normalized) {
        return new TaxRate(
                TaxRateId.random(),
                normalized.name(),
                normalized.country(),
                normalized.region(),
                normalized.postalCodes() == null ? List.of() : normalized.postalCodes(),
                normalized.category() == null ? Taxes.STANDARD_CATEGORY : normalized.category(),
                normalized.rate(),
                Boolean.TRUE.equals(normalized.compound()),
                normalized.validFrom(),
                normalized.validUntil(),
                1,
                Instant.EPOCH,
                Instant.EPOCH);
    }

    /** This rate, with what the draft says. */
    TaxRate with(TaxRateDraft normalized) {
        TaxRate changed = create(normalized);
        return new TaxRate(
                id,
                changed.name,
                changed.country,
                changed.region,
                changed.postalCodes,
                changed.category,
                changed.rate,
                changed.compound,
                changed.validFrom,
                changed.validUntil,
                version,
                createdAt,
                updatedAt);
    }

    /** What the rate says. */
    TaxRateDraft toDraft() {
        return new TaxRateDraft(name, country, region, postalCodes, category, rate, compound, validFrom, validUntil);
    }

    /**
     * Whether both are valid at some moment.
     *
     * @param other with the same name, place and category
     */
    boolean overlapsInTime(TaxRate other) {
        return isBefore(validFrom, other.validUntil) && isBefore(other.validFrom, validUntil);
    }

    private static boolean isBefore(@Nullable Instant from, @Nullable Instant until) {
        return from == null || until == null || from.isBefore(until);
    }

    /**
     * The request to change a tax rate. Absent fields keep their values.
     *
     * @param clear the fields whose value is removed
     */
    @Schema(name = "TaxRateChange")
    record Change(
            @Size(min = 1, max = TaxRateDraft.MAX_NAME)
            @Pattern(regexp = PostalAddress.PRINTABLE)
            @Schema(examples = "VAT")
            @Nullable
            String name,

            @Size(max = 2) @Schema(pattern = "^[A-Z]{2}$", examples = "DE") @Nullable
            String country,

            @Size(max = TaxRateDraft.MAX_REGION)
            @Pattern(regexp = PostalAddress.PRINTABLE)
            @Schema(examples = "BE")
            @Nullable
            String region,

            @Size(max = TaxRateDraft.MAX_POSTAL_CODES) @Schema(examples = "[\"78266\"]") @Nullable
            List<@NotNull @Size(min = 1, max = PostalCodePatterns.MAX_PATTERN_LENGTH) String> postalCodes,

            @Pattern(regexp = TaxCategory.CODE) @Schema(examples = "standard") @Nullable
            String category,

            @Size(max = TaxRateDraft.MAX_RATE) @Schema(examples = "0.19") @Nullable
            String rate,

            @Nullable Boolean compound,
            @Nullable Instant validFrom,
            @Nullable Instant validUntil,

            @Size(max = 3)
            @Schema(description = "The fields whose value is removed: `region`, `valid_from`, `valid_until`.")
            @Nullable
            List<@NotNull @Pattern(regexp = "region|valid_from|valid_until") String> clear) {

        TaxRateDraft applyTo(TaxRate before) {
            FieldChanges fields = new FieldChanges(clear);
            return new TaxRateDraft(
                    name == null ? before.name : name,
                    country == null ? before.country : country,
                    fields.apply("region", region, before.region),
                    postalCodes == null ? before.postalCodes : postalCodes,
                    category == null ? before.category : category,
                    rate == null ? before.rate : rate,
                    compound == null ? before.compound : compound,
                    fields.apply("valid_from", validFrom, before.validFrom),
                    fields.apply("valid_until", validUntil, before.validUntil));
        }
    }
}
