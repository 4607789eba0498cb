package io.fondaco.tax;

import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.postal.PostalCodePatterns;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A tax rate that is to be created, by a request or by a file.
 *
 * @param country ISO 3166-1 alpha-2
 * @param region the code after the country of an ISO 3166-2 code, or the whole code; null for the whole country
 * @param postalCodes patterns as of {@link PostalCodePatterns}; null or empty for every postal code
 * @param category null for {@link Taxes#STANDARD_CATEGORY}
 * @param rate a fraction as a plain decimal: {@code "0.19"}
 * @param compound null for false
 * @param validFrom the first moment; null for always
 * @param validUntil the moment after the last one; null for always
 */
@Schema(name = "NewTaxRate")
public record TaxRateDraft(
        @NotBlank
        @Size(max = MAX_NAME)
        @Pattern(regexp = PostalAddress.PRINTABLE)
        @Schema(
                description = "Of rates with the same name, ignoring case, one applies; rates with different names add "
                        + "up.",
                examples = "VAT")
        String name,

        @NotNull @Size(max = 2) @Schema(pattern = "^[A-Z]{2}$", description = "ISO 3166-1 alpha-2", examples = "DE")
        String country,

        @Size(max = MAX_REGION)
        @Pattern(regexp = PostalAddress.PRINTABLE)
        @Schema(description = "ISO 3166-2, with or without the country: `US-CA` or `CA`.", examples = "BE")
        @Nullable
        String region,

        @Size(max = MAX_POSTAL_CODES)
        @Schema(
                description = "Patterns: a code `78266`, a prefix `35*`, a range `51000-51999`. Empty: every postal "
                        + "code.",
                examples = "[\"78266\"]")
        @Nullable
        List<@NotNull @Size(min = 1, max = PostalCodePatterns.MAX_PATTERN_LENGTH) String> postalCodes,

        @Pattern(regexp = TaxCategory.CODE) @Schema(examples = "standard") @Nullable
        String category,

        @NotNull
        @Size(max = MAX_RATE)
        @Schema(description = "A fraction from 0 to 1 with at most six decimals.", examples = "0.19")
        String rate,

        @Schema(description = "Whether it is taken on the amount and the taxes that are not compound. Absent: false.")
        @Nullable
        Boolean compound,

        @Nullable Instant validFrom,

        @Schema(description = "The moment from which it is no longer valid.") @Nullable
        Instant validUntil) {
    static final int MAX_NAME = 100;
    static final int MAX_REGION = 60;
    static final int MAX_RATE = 30;
    static final int MAX_POSTAL_CODES = 500;
}
