package io.fondaco.order;

import io.fondaco.platform.money.Money;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The discount of one promotion.
 *
 * @param name the same as the title
 * @param code that the customer entered; null for an automatic promotion
 * @param kind {@code "percentage"}, {@code "amount"} and so on, as in the promotion
 * @param amount off lines and shipping together; the amounts of all discounts add up to the discount of the totals
 * @param lines those that are discounted; the rest of the amount is off shipping
 */
public record Discount(
        @Schema(examples = "promotion_01m86x2tq9f4v8m3k7b1d5c0za")
        String promotionId,

        @Schema(examples = "Ten percent off") String name,

        @Schema(description = "Null for an automatic promotion.", examples = "SPRING10") @Nullable
        String code,

        @Schema(examples = "Ten percent off") String title,

        @Schema(enumeration = {"fixed_price", "buy_x_get_y", "gift", "tiers", "percentage", "amount", "free_shipping"})
        String kind,

        Money amount,
        List<DiscountedLine> lines) {

    public Discount {
        lines = List.copyOf(lines);
    }

    /** The part of a line. */
    public record DiscountedLine(
            @Schema(description = "The id of the line of the cart or of the order.")
            String lineId,

            Money amount) {}
}
