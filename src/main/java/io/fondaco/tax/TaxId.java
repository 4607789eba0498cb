package io.fondaco.tax;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Tax ids of businesses, such as VAT identification numbers of the European Union. Whether an id is assigned to a
 * business only the tax authorities know; this class checks its form.
 */
public final class TaxId {
    /** The longest id that is accepted, in characters. */
    public static final int MAX_LENGTH = 20;

    /** The prefix of ids of Northern Ireland, which has no country code of its own. */
    static final String NORTHERN_IRELAND = "XI";

    private static final int PREFIX_LENGTH = 2;
    private static final String GREEK_PREFIX = "EL";
    private static final String UNITED_KINGDOM_NUMBER = "[0-9]{9}|[0-9]{12}|GD[0-4][0-9]{2}|HA[5-9][0-9]{2}";

    /**
     * What follows the prefix of an id. Source: the structures of VAT identification numbers that VIES, the validation
     * service of the European Commission, publishes.
     */
    private static final Map<String, Pattern> NUMBERS = Map.ofEntries(
            number("AT", "U[0-9]{8}"),
            number("BE", "[01][0-9]{9}"),
            number("BG", "[0-9]{9,10}"),
            number("CY", "[0-9]{8}[A-Z]"),
            number("CZ", "[0-9]{8,10}"),
            number("DE", "[0-9]{9}"),
            number("DK", "[0-9]{8}"),
            number("EE", "[0-9]{9}"),
            number(GREEK_PREFIX, "[0-9]{9}"),
            number("ES", "[A-Z][0-9]{7}[A-Z0-9]|[0-9]{8}[A-Z]"),
            number("FI", "[0-9]{8}"),
            number("FR", "[A-HJ-NP-Z0-9]{2}[0-9]{9}"),
            number("GB", UNITED_KINGDOM_NUMBER),
            number("HR", "[0-9]{11}"),
            number("HU", "[0-9]{8}"),
            number("IE", "[0-9][A-Z0-9+*][0-9]{5}[A-Z]{1,2}"),
            number("IT", "[0-9]{11}"),
            number("LT", "[0-9]{9}|[0-9]{12}"),
            number("LU", "[0-9]{8}"),
            number("LV", "[0-9]{11}"),
            number("MT", "[0-9]{8}"),
            number("NL", "[0-9]{9}B[0-9]{2}"),
            number("PL", "[0-9]{10}"),
            number("PT", "[0-9]{9}"),
            number("RO", "[0-9]{2,10}"),
            number("SE", "[0-9]{12}"),
            number("SI", "[0-9]{8}"),
            number("SK", "[0-9]{10}"),
            number(NORTHERN_IRELAND, UNITED_KINGDOM_NUMBER));

    /**
     * The check digits of the countries whose method is published and has no exceptions. Where there is any doubt, a
     * wrong number is accepted rather than a right one refused.
     */
    private static final Map<String, Predicate<String>> CHECKS = Map.of(
            "AT", TaxId::isAustrian,
            "BE", number -> remainder(number.substring(0, 8), 97) == 97 - parse(number.substring(8)),
            "DE", TaxId::isGerman,
            "FI", number -> weightedSum(number, 7, 9, 10, 5, 8, 4, 2, 1) % 11 == 0,
            "FR", TaxId::isFrench,
            "IT", TaxId::isItalian,
            "LU", number -> remainder(number.substring(0, 6), 89) == parse(number.substring(6)),
            "NL", TaxId::isDutch,
            "PL", number -> weightedSum(number, 6, 5, 7, 2, 3, 4, 5, 6, 7) % 11 == digit(number, 9),
            "PT", TaxId::isPortuguese);

    private static final Pattern PLAUSIBLE = Pattern.compile("[A-Z]{2}[A-Z0-9+*]{2,18}");

    private TaxId() {}

    private static Map.Entry<String, Pattern> number(String prefix, String regex) {
        return Map.entry(prefix, Pattern.compile(regex));
    }

    /** In capitals, without spaces, dots and dashes: {@code "DE136695976"} for {@code "de 123.456.789"}. */
    public static String normalize(String id) {
        return id.replaceAll("[\\s.\\-]", "").toUpperCase(Locale.ROOT);
    }

    /**
     * Whether the id has the form of a VAT identification number of a member state of the European Union, of Northern
     * Ireland or of the United Kingdom, which was a member; for some countries also its check digits.
     *
     * @param id as {@link #normalize} returns it
     */
    public static boolean isValid(String id) {
        if (id.length() <= PREFIX_LENGTH || id.length() > MAX_LENGTH) {
            return false;
        }
        String prefix = id.substring(0, PREFIX_LENGTH);
        String number = id.substring(PREFIX_LENGTH);
        Pattern pattern = NUMBERS.get(prefix);
        return pattern != null
                && pattern.matcher(number).matches()
                && CHECKS.getOrDefault(prefix, _ -> true).test(number);
    }

    /**
     * Whether a cart may have this id: a valid one, or one that could be an id of a country whose ids are not checked
     * here.
     *
     * @param id as {@link #normalize} returns it
     */
    public static boolean isPlausible(String id) {
        return countryOf(id).isPresent() ? isValid(id) : PLAUSIBLE.matcher(id).matches();
    }

    /**
     * The country that assigned the id: ISO 3166-1 alpha-2 ({@code GR} for the prefix {@code EL}), or {@code XI} for
     * Northern Ireland; empty if the prefix is unknown.
     *
     * @param id as {@link #normalize} returns it
     */
    public static Optional<String> countryOf(String id) {
        if (id.length() < PREFIX_LENGTH) {
            return Optional.empty();
        }
        String prefix = id.substring(0, PREFIX_LENGTH);
        return NUMBERS.containsKey(prefix)
                ? Optional.of(prefix.equals(GREEK_PREFIX) ? "GR" : prefix)
                : Optional.empty();
    }

    private static boolean isAustrian(String number) {
        int sum = 4;
        for (int position = 1; position <= 7; position++) {
            int doubled = position % 2 == 0 ? 2 * digit(number, position) : digit(number, position);
            sum += doubled / 10 + doubled % 10;
        }
        return (10 - sum % 10) % 10 == digit(number, 8);
    }

    /** ISO 7064, MOD 11,10. */
    private static boolean isGerman(String number) {
        int product = 10;
        for (int position = 0; position < 8; position++) {
            int sum = (digit(number, position) + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
        return (11 - product) % 10 == digit(number, 8);
    }

    /** The key before a SIREN number; keys with letters follow other rules. */
    private static boolean isFrench(String number) {
        String key = number.substring(0, 2);
        return !key.chars().allMatch(Character::isDigit)
                || (12 + 3 * remainder(number.substring(2), 97)) % 97 == parse(key);
    }

    /** Luhn. */
    private static boolean isItalian(String number) {
        int sum = 0;
        for (int position = 0; position < 11; position++) {
            int doubled = position % 2 == 1 ? 2 * digit(number, position) : digit(number, position);
            sum += doubled / 10 + doubled % 10;
        }
        return sum % 10 == 0;
    }

    /** Numbers of companies have a check digit before the B; those of natural persons follow ISO 7064, MOD 97-10. */
    private static boolean isDutch(String number) {
        boolean company = weightedSum(number, 9, 8, 7, 6, 5, 4, 3, 2) % 11 == digit(number, 8);
        String digits = "2321" + number.replace("B", "11");
        return company || new BigInteger(digits).mod(BigInteger.valueOf(97)).equals(BigInteger.ONE);
    }

    private static boolean isPortuguese(String number) {
        int check = 11 - weightedSum(number, 9, 8, 7, 6, 5, 4, 3, 2) % 11;
        return (check >= 10 ? 0 : check) == digit(number, 8);
    }

    private static int weightedSum(String number, int... weights) {
        int sum = 0;
        for (int position = 0; position < weights.length; position++) {
            sum += weights[position] * digit(number, position);
        }
        return sum;
    }

    private static int digit(String number, int position) {
        return number.charAt(position) - '0';
    }

    private static int remainder(String digits, int divisor) {
        return parse(digits) % divisor;
    }

    private static int parse(String digits) {
        return Integer.parseInt(digits);
    }
}
