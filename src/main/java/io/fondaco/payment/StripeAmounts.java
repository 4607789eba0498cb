package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;
import java.util.Locale;
import java.util.Map;

/**
 * Converts amounts to and from the minor units of Stripe. They are those of ISO 4217 except for a few currencies
 * (source: Stripe's documentation, "Supported currencies", zero-decimal currencies and special cases).
 */
final class StripeAmounts {
    private static final Map<String, Integer> STRIPE_FRACTION_DIGITS = Map.of("ISK", 2, "UGX", 2, "MGA", 0);

    private StripeAmounts() {}

    /** @throws ArithmeticException if Stripe cannot represent this fraction of the currency */
    static long toStripe(Money money) {
        return BigDecimal.valueOf(money.amount(), fractionDigits(money.currency()))
                .setScale(stripeFractionDigits(money.currency()), RoundingMode.UNNECESSARY)
                .unscaledValue()
                .longValueExact();
    }

    /**
     * @param currency in lower case, as Stripe writes it
     * @throws ArithmeticException if the currency has no such fraction
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
