package io.fondaco.pricing;

import io.fondaco.platform.money.Money;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The rounding of totals in a currency. */
@Schema(name = "CurrencyRounding")
record CurrencyRounding(
        @Min(MIN_STEP)
        @Max(MAX_STEP)
        @Schema(description = "Totals are rounded half up to a multiple of this many minor units.", examples = "5")
        int stepMinorUnits) {
    static final int MIN_STEP = 2;
    static final int MAX_STEP = 100_000;

    /** What is added to the total; a total that would exceed the largest amount is rounded down. */
    static long roundingFor(Money total, int step) {
        long remainder = Math.floorMod(total.amount(), (long) step);
        boolean up = 2 * remainder >= step && total.amount() <= Money.MAX_AMOUNT - (step - remainder);
        return remainder == 0 ? 0 : up ? step - remainder : -remainder;
    }
}
