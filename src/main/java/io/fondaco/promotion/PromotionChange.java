package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
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
 * The request to change a promotion. Absent fields keep their values. The code and the kind cannot be changed.
 *
 * @param clear the fields whose value is removed
 */
record PromotionChange(
        @Size(min = 1, max = NewPromotion.MAX_TITLE) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
        String title,

        @Nullable Integer basisPoints,
        @Size(max = NewPromotion.MAX_CURRENCIES) @Nullable List<@NotNull Money> amounts,
        @Size(max = NewPromotion.MAX_CURRENCIES) @Nullable List<@NotNull Money> minimumSubtotals,
        @Size(max = NewPromotion.MAX_CURRENCIES) @Nullable List<@NotNull Money> maximumDiscounts,
        @Nullable Instant startsAt,
        @Nullable Instant endsAt,

        @Min(1) @Max(NewPromotion.MAX_USES) @Schema(maximum = NewPromotion.MAX_USES_TEXT) @Nullable
        Long usageLimit,

        @Min(1) @Nullable Integer usageLimitPerCustomer,
        @Nullable Boolean combinable,
        @Nullable Boolean active,
        @Nullable List<@NotNull @Size(min = 1, max = 255) @Pattern(regexp = PostalAddress.PRINTABLE) String> skus,

        @Size(max = 3)
        @Schema(description = "The fields whose value is removed: `starts_at`, `ends_at`, `usage_limit_per_customer`.")
        @Nullable
        List<@NotNull @Pattern(regexp = "starts_at|ends_at|usage_limit_per_customer") String> clear) {}
