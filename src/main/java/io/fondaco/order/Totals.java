package io.fondaco.order;

import io.fondaco.platform.money.Money;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The sums of a cart or order, in one currency: {@code total = subtotal - discount + shipping + tax - includedTax +
 * rounding}.
 */
public record Totals(
        Money subtotal,
        @Schema(description = "Of lines and shipping.") Money discount,
        Money shipping,
        Money tax,

        @Schema(description = "The part of the tax that prices include; the total does not grow by it.")
        Money includedTax,

        @Schema(description = "What the rounding of cash totals adds; may be negative.")
        Money rounding,

        Money total) {

    public Totals {
        // Absent in snapshots that are older than these members.
        includedTax = Objects.requireNonNullElse(includedTax, Money.zero(total.currency()));
        rounding = Objects.requireNonNullElse(rounding, Money.zero(total.currency()));
        if (!subtotal.minus(discount)
                .plus(shipping)
                .plus(tax)
                .minus(includedTax)
                .plus(rounding)
                .equals(total)) {
            throw new IllegalArgumentException("Total %s does not add up".formatted(total));
        }
        if (includedTax.amount() < 0 || includedTax.amount() > tax.amount()) {
            throw new IllegalArgumentException("Included tax %s is not a part of %s".formatted(includedTax, tax));
        }
    }
}
