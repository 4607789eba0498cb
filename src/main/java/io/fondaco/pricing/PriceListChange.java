package io.fondaco.pricing;

import io.fondaco.platform.postal.CountryCode;
import io.fondaco.platform.postal.PostalAddress;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The request to change a price list. Absent fields keep their values. The currency cannot be changed.
 *
 * @param countries an empty list: every country
 * @param clear the fields whose value is removed
 */
record PriceListChange(
        @Size(min = 1, max = NewPriceList.MAX_NAME) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
        String name,

        @Size(min = 1, max = NewPriceList.MAX_GROUP) @Pattern(regexp = NewPriceList.GROUP) @Nullable
        String customerGroup,

        @Size(max = NewPriceList.MAX_COUNTRIES) @Nullable List<@NotNull @CountryCode String> countries,

        @Min(-NewPriceList.MAX_PRIORITY) @Max(NewPriceList.MAX_PRIORITY) @Nullable
        Integer priority,

        @Nullable Instant validFrom,
        @Nullable Instant validUntil,
        @Nullable Boolean taxIncluded,

        @Size(max = 4)
        @Schema(
                description = "The fields whose value is removed: `customer_group`, `valid_from`, `valid_until`,"
                        + " `tax_included`.")
        @Nullable
        List<@NotNull @Pattern(regexp = "customer_group|valid_from|valid_until|tax_included") String> clear) {}
