package io.fondaco.order;

import io.fondaco.platform.money.Money;

/** The sums of a cart or order: {@code total = subtotal - discount + shipping + tax}, in one currency. */
public record Totals(Money subtotal, Money discount, Money shipping, Money tax, Money total) {

    public Totals {
        if (!subtotal.minus(discount).plus(shipping).plus(tax).equals(total)) {
            throw new IllegalArgumentException("Total %s does not add up".formatted(total));
        }
    }
}
