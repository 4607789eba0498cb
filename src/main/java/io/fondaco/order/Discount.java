package io.fondaco.order;

import io.fondaco.platform.money.Money;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The discount of one coupon.
 *
 * @param kind {@code "percentage"}, {@code "amount"}, {@code "free_shipping"}
 * @param amount off lines and shipping together; the amounts of all discounts add up to the discount of the totals
 */
public record Discount(
        @Schema(examples = "SPRING10") String code,
        @Schema(examples = "Ten percent off") String title,

        @Schema(enumeration = {"percentage", "amount", "free_shipping"})
        String kind,

        Money amount) {}
