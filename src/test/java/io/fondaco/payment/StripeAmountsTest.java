package io.fondaco.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.platform.money.Money;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StripeAmountsTest {
    @ParameterizedTest
    @CsvSource({"1999, GBP, 1999", "500, JPY, 500", "1230, KWD, 1230", "5, ISK, 500", "5, UGX, 500", "500, MGA, 5"})
    void amountsAreConvertedToAndFromStripe(long amount, String currency, long stripeAmount) {
        Money money = Money.of(amount, currency);
        assertThat(StripeAmounts.toStripe(money)).isEqualTo(stripeAmount);
        assertThat(StripeAmounts.fromStripe(stripeAmount, currency.toLowerCase(java.util.Locale.ROOT)))
                .isEqualTo(money);
    }

    @Test
    void amountsThatStripeCannotRepresentAreRejected() {
        assertThatThrownBy(() -> StripeAmounts.toStripe(Money.of(501, "MGA"))).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> StripeAmounts.fromStripe(501, "isk")).isInstanceOf(ArithmeticException.class);
    }
}
