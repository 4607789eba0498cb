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
 * A promotion in the admin API.
 *
 * @param amounts the discounts of a promotion of the kind {@link PromotionKind#AMOUNT}, one per currency
 * @param used number of redemptions by orders that are placed or in progress
 */
@Schema(name = "Promotion")
record Promotion(
        PromotionId id,
        @Schema(examples = "SPRING10") String code,
        String title,
        PromotionKind kind,

        @Schema(
                description = "For the kind `percentage`: the discount in hundredths of a percent, 1 to 10000.",
                examples = "1000")
        @Nullable
        Integer basisPoints,

        @Schema(description = "For the kind `amount`: the discount, one per currency.")
        List<Money> amounts,

        @Schema(
                description = "The minimum total of the lines that it applies to, before discounts; "
                        + "one per currency. In other currencies it does not apply.")
        List<Money> minimumSubtotals,

        @Schema(description = "The maximum discount, one per currency. In other currencies it does not apply.")
        List<Money> maximumDiscounts,

        @Nullable Instant startsAt,
        @Nullable Instant endsAt,
        @Nullable Long usageLimit,
        @Nullable Integer usageLimitPerCustomer,
        boolean combinable,
        boolean active,

        @Schema(description = "The SKUs that it applies to; empty: all SKUs.")
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

    /** Accepts the SKUs that the promotion applies to. */
    Predicate<String> skuFilter() {
        return skus.isEmpty() ? _ -> true : Set.copyOf(skus)::contains;
    }

    /** Returns the amount in the given currency, if the list has one. */
    static Optional<Money> findByCurrency(String currency, List<Money> list) {
        return list.stream().filter(money -> money.currency().equals(currency)).findFirst();
    }
}
