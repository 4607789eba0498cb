package io.fondaco.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.money.Money;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** What goes back for units is what was paid for them. */
class OrderLineTest {
    private static final String EUR = "EUR";

    @Property
    void unitsThatGoBackInWhateverStepsAddUpToWhatWasPaid(
            @ForAll @IntRange(min = 1, max = 9_999) int quantity,
            @ForAll @LongRange(min = 0, max = 900_000_000_000L) long price,
            @ForAll @IntRange(min = 0, max = 1_000) int perMille,
            @ForAll @Size(max = 6) List<@IntRange(min = 0, max = 3_000) Integer> steps) {
        long total = price * quantity;
        long discount = total / 1_000 * perMille + total % 1_000 * perMille / 1_000;
        Money back = Money.zero(EUR);
        int refunded = 0;
        for (int step : steps) {
            int units = Math.min(step, quantity - refunded);
            Money part = line(quantity, price, discount, refunded).paidFor(units);
            assertThat(part.amount()).isBetween(0L, price * units);
            back = back.plus(part);
            refunded += units;
        }
        back = back.plus(line(quantity, price, discount, refunded).paidFor(quantity - refunded));
        assertThat(back.amount()).isEqualTo(total - discount);
    }

    @Property
    void withoutADiscountUnitsCostTheirPrice(
            @ForAll @IntRange(min = 1, max = 9_999) int quantity,
            @ForAll @LongRange(min = 0, max = 900_000_000_000L) long price,
            @ForAll @IntRange(min = 0, max = 9_999) int refunded,
            @ForAll @IntRange(min = 0, max = 9_999) int units) {
        int before = Math.min(refunded, quantity);
        int asked = Math.min(units, quantity - before);
        assertThat(line(quantity, price, 0, before).paidFor(asked)).isEqualTo(Money.of(price * asked, EUR));
    }

    private static OrderLine line(int quantity, long price, long discount, int refunded) {
        return new OrderLine(
                OrderLineId.random(),
                "SKU",
                "variant",
                "Thing",
                quantity,
                0,
                Money.of(price, EUR),
                Money.of(price * quantity, EUR),
                Money.of(discount, EUR),
                0,
                0,
                refunded,
                0,
                0,
                true);
    }
}
