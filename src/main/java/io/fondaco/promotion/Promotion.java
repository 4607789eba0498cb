package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A promotion as the staff sees it.
 *
 * @param amounts what one of the kind {@link PromotionKind#AMOUNT} takes off, one per currency
 * @param used by orders that stand or are being made
 */
@Schema(name = "Promotion")
record Promotion(
        PromotionId id,
        @Schema(examples = "SPRING10") String code,
        String title,
        PromotionKind kind,

        @Schema(description = "Of a percentage: hundredths of a percent, 1 to 10000.", examples = "1000") @Nullable
        Integer basisPoints,

        @Schema(description = "Of an amount: what it takes off, one per currency.")
        List<Money> amounts,

        @Schema(
                description =
                        "What the lines that it applies to must cost, before discounts; one per currency. In other currencies it does not apply.")
        List<Money> minimumSubtotals,

        @Schema(description = "The most it takes off, one per currency. In other currencies it does not apply.")
        List<Money> maximumDiscounts,

        @Nullable Instant startsAt,
        @Nullable Instant endsAt,
        @Nullable Long usageLimit,
        @Nullable Integer usageLimitPerCustomer,
        boolean combinable,
        boolean active,

        @Schema(description = "What it applies to; empty: everything.")
        List<String> skus,

        long used,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    Promotion {
        amounts = List.copyOf(amounts);
        minimumSubtotals = List.copyOf(minimumSubtotals);
        maximumDiscounts = List.copyOf(maximumDiscounts);
        skus = List.copyOf(skus);
    }

    /** Which SKUs it applies to. */
    Predicate<String> skuFilter() {
        return skus.isEmpty() ? _ -> true : Set.copyOf(skus)::contains;
    }

    /** The amount of a list that is in this currency. */
    static Optional<Money> findByCurrency(String currency, List<Money> list) {
        return list.stream().filter(money -> money.currency().equals(currency)).findFirst();
    }
}
