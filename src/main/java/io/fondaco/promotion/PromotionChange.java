package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.promotion.Promotion.Stacking;
import jakarta.validation.Valid;
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
 * The request to change a promotion. Absent fields keep their values. The code, the trigger and the kind cannot be
 * changed.
 *
 * @param name another name of the title
 * @param clear the fields whose value is removed
 */
record PromotionChange(
        @Size(min = 1, max = NewPromotion.MAX_TITLE) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
        String title,

        @Size(min = 1, max = NewPromotion.MAX_TITLE) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
        String name,

        @Nullable Integer basisPoints,
        @Size(max = NewPromotion.MAX_CURRENCIES) @Nullable List<@NotNull Money> amounts,
        @Valid @Nullable PromotionAction action,

        @Size(max = RuleValidator.MAX_CONDITIONS) @Nullable List<@NotNull @Valid PromotionCondition> conditions,

        @Size(max = NewPromotion.MAX_CURRENCIES) @Nullable List<@NotNull Money> minimumSubtotals,
        @Size(max = NewPromotion.MAX_CURRENCIES) @Nullable List<@NotNull Money> maximumDiscounts,
        @Nullable Instant startsAt,
        @Nullable Instant endsAt,

        @Min(1) @Max(NewPromotion.MAX_USES) @Schema(maximum = NewPromotion.MAX_USES_TEXT) @Nullable
        Long usageLimit,

        @Min(1) @Nullable Integer usageLimitPerCustomer,
        @Min(1) @Nullable Integer usageLimitPerOrder,
        @Size(max = NewPromotion.MAX_CURRENCIES) @Nullable List<@NotNull Money> budgets,

        @Min(-NewPromotion.MAX_PRIORITY) @Max(NewPromotion.MAX_PRIORITY) @Nullable
        Integer priority,

        @Nullable Stacking stacking,

        @Size(min = 1, max = NewPromotion.MAX_GROUP) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
        String group,

        @Nullable Boolean combinable,
        @Nullable Boolean active,
        @Nullable List<@NotNull @Size(min = 1, max = 255) @Pattern(regexp = PostalAddress.PRINTABLE) String> skus,

        @Size(max = 5)
        @Schema(
                description = "The fields whose value is removed: `starts_at`, `ends_at`, `usage_limit_per_customer`,"
                        + " `usage_limit_per_order`, `group`.")
        @Nullable
        List<@NotNull @Pattern(regexp = CLEARABLE) String> clear) {
    private static final String CLEARABLE = "starts_at|ends_at|usage_limit_per_customer|usage_limit_per_order|group";
}
