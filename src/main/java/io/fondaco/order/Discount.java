package io.fondaco.order;

import io.fondaco.platform.money.Money;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a coupon takes off.
 *
 * @param kind {@code "percentage"}, {@code "amount"}, {@code "free_shipping"}
 * @param amount off lines and delivery together; the amounts of all discounts are the totals' discount
 */
public record Discount(
        @Schema(examples = "SPRING10") String code,
        @Schema(examples = "Ten percent off") String title,

        @Schema(enumeration = {"percentage", "amount", "free_shipping"})
        String kind,

        Money amount) {}
