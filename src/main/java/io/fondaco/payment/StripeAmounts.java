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
    private static final Map<String, Integer> STRIPE_FRACTION_DIGITS = Map.of("ISK", 2, "UGX", 2, "MGA", 0);

    private StripeAmounts() {}

    /**
     * @throws ArithmeticException if Stripe has no such fraction of this currency
     */
    static long toStripe(Money money) {
        return BigDecimal.valueOf(money.amount(), fractionDigits(money.currency()))
                .setScale(stripeFractionDigits(money.currency()), RoundingMode.UNNECESSARY)
                .unscaledValue()
                .longValueExact();
    }

    /**
     * @param currency as Stripe writes it, in lower case
     * @throws ArithmeticException if there is no such fraction of this currency
     * @throws IllegalArgumentException if there is no such currency
     */
    static Money fromStripe(long amount, String currency) {
        String code = currency.toUpperCase(Locale.ROOT);
        return Money.of(
                BigDecimal.valueOf(amount, stripeFractionDigits(code))
                        .setScale(fractionDigits(code), RoundingMode.UNNECESSARY)
                        .unscaledValue()
                        .longValueExact(),
                code);
    }

    private static int fractionDigits(String currency) {
        return Currency.getInstance(currency).getDefaultFractionDigits();
    }

    private static int stripeFractionDigits(String currency) {
        return STRIPE_FRACTION_DIGITS.getOrDefault(currency, fractionDigits(currency));
    }
}
