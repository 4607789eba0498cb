package io.fondaco.platform.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MoneyTest {
    private static final long MAX = 9_007_199_254_740_991L;

    @Property
    void decimalTextSurvivesFormatAndParseInEveryExponent(@ForAll @LongRange(min = -MAX, max = MAX) long amount) {
        for (String currency : new String[] {"EUR", "JPY", "KWD"}) {
            Money money = Money.of(amount, currency);
            assertThat(Money.parse(money.toDecimal(), currency)).isEqualTo(money);
        }
    }

    @Test
    void minorUnitsFollowTheCurrency() {
        assertThat(Money.parse("19.9", "EUR")).isEqualTo(Money.of(1990, "EUR"));
        assertThat(Money.parse("500", "JPY")).isEqualTo(Money.of(500, "JPY"));
        assertThat(Money.parse("1.234", "KWD")).isEqualTo(Money.of(1234, "KWD"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " 1", "1,50", "1e3", "+1", "1.999", ".5", "1.", "NaN", "99999999999999999999", "--1", "1 000"
            })
    void invalidAmountIsRefused(String text) {
        assertThatThrownBy(() -> Money.parse(text, "EUR")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void mixedCurrenciesAndOverflowsThrow() {
        assertThatThrownBy(() -> Money.of(1, "EUR").plus(Money.of(1, "GBP")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Money.of(Long.MAX_VALUE, "EUR").plus(Money.of(1, "EUR")))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Money.of(Long.MAX_VALUE, "EUR").times(2)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Money.of(1, "XXX")).isInstanceOf(IllegalArgumentException.class);
    }
}
