package io.fondaco.platform.money;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An amount in minor units of one currency: 19.99 EUR is {@code (1999, "EUR")}, 500 JPY is {@code (500, "JPY")}.
 * Arithmetic is exact: an overflow throws {@link ArithmeticException}, two currencies never mix.
 *
 * @param amount minor units, by the currency's ISO 4217 exponent; may be negative
 * @param currency ISO 4217 alphabetic code
 */
@Schema(description = "An amount in minor units by the ISO 4217 exponent (EUR 2, JPY 0, KWD 3).")
public record Money(
        @Schema(examples = "1999") long amount,
        @Schema(examples = "EUR", pattern = "^[A-Z]{3}$") String currency) {

    /**
     * The largest amount of a price or a total: 2^53 - 1, which JSON readers with binary floating point still read
     * exactly.
     */
    public static final long MAX_AMOUNT = 9_007_199_254_740_991L;

    @JsonCreator
    public Money(
            @JsonProperty(value = "amount", required = true) long amount,
            @JsonProperty(value = "currency", required = true) String currency) {
        requireNonNull(currency, "currency is null");
        exponent(currency);
        this.amount = amount;
        this.currency = currency;
    }

    public static Money of(long amount, String currency) {
        return new Money(amount, currency);
    }

    public static Money zero(String currency) {
        return new Money(0, currency);
    }

    /**
     * Parses a decimal in major units, as in the price columns of files: {@code "2.55"} in {@code "GBP"} is 255.
     *
     * @throws IllegalArgumentException if the text is not a plain decimal, has more decimals than the currency, or is
     *     too large
     */
    public static Money parse(String decimal, String currency) {
        int exponent = exponent(currency);
        if (!decimal.matches("-?[0-9]{1,16}(\\.[0-9]{1,6})?")) {
            throw new IllegalArgumentException("Not a decimal amount: '" + decimal + "'");
        }
        try {
            return new Money(
                    new BigDecimal(decimal)
                            .setScale(exponent, RoundingMode.UNNECESSARY)
                            .unscaledValue()
                            .longValueExact(),
                    currency);
        } catch (ArithmeticException _) {
            throw new IllegalArgumentException(
                    "'%s' has more than %d decimals or is too large for %s".formatted(decimal, exponent, currency));
        }
    }

    /** The amount in major units, with as many decimals as the currency has; {@link #parse} reads it back. */
    public String toDecimal() {
        return BigDecimal.valueOf(amount, exponent(currency)).toPlainString();
    }

    public Money plus(Money other) {
        return new Money(Math.addExact(amount, sameCurrency(other).amount), currency);
    }

    public Money minus(Money other) {
        return new Money(Math.subtractExact(amount, sameCurrency(other).amount), currency);
    }

    public Money times(long factor) {
        return new Money(Math.multiplyExact(amount, factor), currency);
    }

    /** Whether this code is an ISO 4217 currency with minor units (not a metal, a fund or a test code). */
    public static boolean isCurrency(String code) {
        try {
            return code.length() == 3 && Currency.getInstance(code).getDefaultFractionDigits() >= 0;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private Money sameCurrency(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("Cannot combine %s with %s".formatted(currency, other.currency));
        }
        return other;
    }

    private static int exponent(String currency) {
        if (!isCurrency(currency)) {
            throw new IllegalArgumentException("Not an ISO 4217 currency: '" + currency + "'");
        }
        return Currency.getInstance(currency).getDefaultFractionDigits();
    }

    @Override
    public String toString() {
        return toDecimal() + " " + currency;
    }
}
