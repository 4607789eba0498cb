package io.fondaco.invoice;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A series of numbers without gaps.
 *
 * @param nextNumber the number of the next document; it grows without a new version
 * @param version of prefix, digits and a number set by staff
 */
@Schema(name = "InvoiceSeries")
record InvoiceSeries(
        @Schema(description = "`invoice` or `credit-note`.", examples = "invoice")
        String code,

        @Schema(examples = "INV-") String prefix,

        @Schema(description = "The number is filled up with zeros to this many digits.", examples = "6")
        int digits,

        @Schema(description = "The number of the next document.", examples = "1")
        long nextNumber,

        long version,
        Instant updatedAt) {

    /** A number of at most twelve digits. */
    static final long MAX_NUMBER = 999_999_999_999L;

    static final int MAX_DIGITS = 12;

    /** As in the check of the column. */
    static final String PREFIX = "(?:[A-Za-z0-9./_-]{0,19}[A-Za-z./_-])?";

    /** The request to change a series. Absent fields keep their values. */
    @Schema(name = "InvoiceSeriesChange")
    record Change(
            @Pattern(regexp = PREFIX)
            @Schema(
                    description = "Ends with a letter, point, slash, underscore or hyphen; no other series has had it.",
                    examples = "2027-")
            @Nullable
            String prefix,

            @Min(1) @Max(MAX_DIGITS) @Nullable Integer digits,

            @Min(1) @Max(MAX_NUMBER) @Schema(description = "Can be raised until the first number is taken.") @Nullable
            Long nextNumber) {}
}
