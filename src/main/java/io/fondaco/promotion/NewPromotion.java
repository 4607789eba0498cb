package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.promotion.Promotion.Stacking;
import io.fondaco.promotion.Promotion.Trigger;
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
 * The request to create a promotion.
 *
 * @param title or else the name
 * @param trigger absent: code
 * @param kind or else the action, which has a type
 * @param priority absent: 0
 * @param stacking absent: as the member combinable says
 * @param combinable absent: false
 * @param active absent: true
 * @param skus absent: all SKUs
 */
@Schema(name = "NewPromotionInput")
record NewPromotion(
        @Pattern(regexp = "[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
        @Schema(
                description = "The code that the customer enters: letters, digits, dot, hyphen, underscore. "
                        + "Case does not matter. Absent if the promotion is automatic or has only generated codes.",
                examples = "SPRING10")
        @Nullable
        String code,

        @Size(max = MAX_TITLE)
        @Pattern(regexp = TITLE)
        @Schema(description = "What customers see; required, here or as `name`.")
        @Nullable
        String title,

        @Size(max = MAX_TITLE) @Pattern(regexp = TITLE) @Schema(description = "Another name of `title`.") @Nullable
        String name,

        @Schema(description = "Absent: `code`.") @Nullable Trigger trigger,

        @Schema(description = "Required without an `action`: with `basis_points` or `amounts` its short form.")
        @Nullable
        PromotionKind kind,

        @Schema(description = "For the kind `percentage`: the discount in hundredths of a percent, 1 to 10000.")
        @Nullable
        Integer basisPoints,

        @Size(max = MAX_CURRENCIES) @Nullable List<@NotNull Money> amounts,

        @Valid @Schema(description = "What the promotion does; required without a `kind`.") @Nullable
        PromotionAction action,

        @Schema(description = "All of them must hold.") @Size(max = RuleValidator.MAX_CONDITIONS) @Nullable
        List<@NotNull @Valid PromotionCondition> conditions,

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

        @Min(1) @Schema(description = "Of `buy_x_get_y`: maximum number of sets in an order.") @Nullable
        Integer usageLimitPerOrder,

        @Size(max = MAX_CURRENCIES)
        @Schema(description = "The maximum sum of the discounts of all orders, one per currency.")
        @Nullable
        List<@NotNull Money> budgets,

        @Min(-MAX_PRIORITY)
        @Max(MAX_PRIORITY)
        @Schema(description = "Promotions with a higher priority are applied first. Absent: 0.")
        @Nullable
        Integer priority,

        @Schema(
                description = "Absent: `stack` if `combinable` is true, else `exclusive` with a code and `stack`"
                        + " without.")
        @Nullable
        Stacking stacking,

        @Size(min = 1, max = MAX_GROUP)
        @Pattern(regexp = PostalAddress.PRINTABLE)
        @Schema(description = "Of several promotions of one group only the best for the customer applies.")
        @Nullable
        String group,

        @Nullable Boolean combinable,
        @Nullable Boolean active,

        @Nullable List<@NotNull @Size(min = 1, max = 255) @Pattern(regexp = PostalAddress.PRINTABLE) String> skus) {
    static final int MAX_CURRENCIES = 200;
    static final int MAX_TITLE = 200;
    static final int MAX_GROUP = 100;
    static final int MAX_PRIORITY = 1_000_000;
    static final long MAX_USES = 1_000_000_000_000L;
    static final String MAX_USES_TEXT = "1000000000000";

    /** Printable, and not only spaces. */
    static final String TITLE = "[^\\p{Cntrl}\\S]*[^\\p{Cntrl}\\s][^\\p{Cntrl}]*";
}
