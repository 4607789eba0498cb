package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;
import java.util.Locale;
import java.util.Map;

/**
 * Money as Stripe counts it. Its minor units are those of ISO 4217 but for a few currencies (source: Stripe's
 * documentation, "Supported currencies", zero-decimal currencies and special cases).
 */
final class StripeAmounts {
    private static final Map<String, Integer> EXCEPTIONS = Map.of("ISK", 2, "UGX", 2, "MGA", 0);

    private StripeAmounts() {}

    /**
     * @throws ArithmeticException if Stripe has no such fraction of this currency
     */
    static long of(Money money) {
        return BigDecimal.valueOf(money.amount(), digits(money.currency()))
                .setScale(digitsAtStripe(money.currency()), RoundingMode.UNNECESSARY)
                .unscaledValue()
                .longValueExact();
    }

    /**
     * @param currency as Stripe writes it, in lower case
     * @throws ArithmeticException if there is no such fraction of this currency
     * @throws IllegalArgumentException if there is no such currency
     */
    static Money money(long amount, String currency) {
        String code = currency.toUpperCase(Locale.ROOT);
        return Money.of(
                BigDecimal.valueOf(amount, digitsAtStripe(code))
                        .setScale(digits(code), RoundingMode.UNNECESSARY)
                        .unscaledValue()
                        .longValueExact(),
                code);
    }

    private static int digits(String currency) {
        return Currency.getInstance(currency).getDefaultFractionDigits();
    }

    private static int digitsAtStripe(String currency) {
        return EXCEPTIONS.getOrDefault(currency, digits(currency));
    }
}
