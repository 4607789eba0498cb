package io.fondaco.pricing;

import io.fondaco.platform.postal.CountryCode;
import io.fondaco.platform.postal.PostalAddress;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The request to create a price list.
 *
 * @param priority absent: 0
 */
record NewPriceList(
        @NotBlank
        @Size(max = MAX_NAME)
        @Pattern(regexp = PostalAddress.PRINTABLE)
        @Schema(description = "Unique among the price lists of the shop.", examples = "Summer sale")
        String name,

        @NotNull
        @Size(min = 3, max = 3)
        @Schema(description = "ISO 4217 code of its prices; it cannot be changed.", examples = "EUR")
        String currency,

        @Size(min = 1, max = MAX_GROUP) @Pattern(regexp = GROUP) @Nullable
        String customerGroup,

        @Size(max = MAX_COUNTRIES) @Nullable List<@NotNull @CountryCode String> countries,
        @Min(-MAX_PRIORITY) @Max(MAX_PRIORITY) @Nullable Integer priority,
        @Nullable Instant validFrom,
        @Nullable Instant validUntil,
        @Nullable Boolean taxIncluded) {
    static final int MAX_NAME = 200;
    static final int MAX_GROUP = 100;
    static final String GROUP = "[A-Za-z0-9][A-Za-z0-9._-]*";
    static final int MAX_COUNTRIES = 300;
    static final int MAX_PRIORITY = 1_000_000;
}
