package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
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
 * The request to create a promotion.
 *
 * @param combinable absent: false
 * @param active absent: true
 * @param skus absent: all SKUs
 */
record NewPromotion(
        @NotBlank
        @Pattern(regexp = "[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
        @Schema(
                description = "The code that the customer enters: letters, digits, dot, hyphen, underscore. "
                        + "Case does not matter.",
                examples = "SPRING10")
        String code,

        @NotBlank @Size(max = MAX_TITLE) @Pattern(regexp = PostalAddress.PRINTABLE)
        String title,

        @NotNull PromotionKind kind,

        @Schema(description = "For the kind `percentage`: the discount in hundredths of a percent, 1 to 10000.")
        @Nullable
        Integer basisPoints,

        @Size(max = MAX_CURRENCIES) @Nullable List<@NotNull Money> amounts,
        @Size(max = MAX_CURRENCIES) @Nullable List<@NotNull Money> minimumSubtotals,
        @Size(max = MAX_CURRENCIES) @Nullable List<@NotNull Money> maximumDiscounts,
        @Nullable Instant startsAt,
        @Nullable Instant endsAt,

        @Min(1)
        @Max(MAX_USES)
        @Schema(description = "Maximum number of uses in total. Absent: no limit.", maximum = MAX_USES_TEXT)
        @Nullable
        Long usageLimit,

        @Min(1) @Schema(description = "Maximum number of uses per e-mail address.") @Nullable
        Integer usageLimitPerCustomer,

        @Nullable Boolean combinable,
        @Nullable Boolean active,

        @Nullable List<@NotNull @Size(min = 1, max = 255) @Pattern(regexp = PostalAddress.PRINTABLE) String> skus) {
    static final int MAX_CURRENCIES = 200;
    static final int MAX_TITLE = 200;
    static final long MAX_USES = 1_000_000_000_000L;
    static final String MAX_USES_TEXT = "1000000000000";
}
