package io.fondaco.promotion;

import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Coupons, for other modules. What is used is bound to an order that is to be, in the transaction that sets its stock aside, and
 * stays used unless that order comes to nothing. Rows are locked by the promotion's key, then the customer's.
 */
public interface Promotions {
    /** The longest code there is, in characters. */
    int MAX_CODE_LENGTH = 50;

    /** A code as it is compared: without white space and invisible characters around it, as pasted codes have, and in capitals. */
    static String normalizeCode(String code) {
        int end = code.length();
        while (end > 0 && isBlank(code.charAt(end - 1))) {
            end--;
        }
        int begin = 0;
        while (begin < end && isBlank(code.charAt(begin))) {
            begin++;
        }
        return code.substring(begin, end).toUpperCase(Locale.ROOT);
    }

    /** Of Unicode's space characters {@link Character#isWhitespace} leaves out the no-break spaces; U+200B and U+FEFF are no spaces. */
    private static boolean isBlank(char character) {
        return Character.isWhitespace(character)
                || Character.isSpaceChar(character)
                || Character.getType(character) == Character.FORMAT;
    }

    /** Whether a normalised code is one that a promotion can have. */
    static boolean isValidCode(String normalised) {
        return PromotionValidator.CODE_PATTERN.matcher(normalised).matches();
    }

    /**
     * What the codes of a basket come to at this moment, by the database's clock. The limit per customer is not judged:
     * anybody can write anybody's e-mail address on a cart, and would learn whether its owner has used a coupon. {@link
     * #redeem} judges it. One statement; none without codes.
     */
    Discounts calculateDiscounts(DiscountRequest discountRequest);

    /**
     * Uses promotions for an order, all or none. Joins the caller's transaction on the primary. Two statements.
     *
     * @param order not used for before
     * @param email of the customer, compared by {@link io.fondaco.platform.postal.EmailAddress#toComparisonKey}
     * @throws CouponUsedUp if one has been used as often as it may be, in all or by this customer
     */
    void redeem(UUID order, String email, List<Discounts.AppliedDiscount> applied);

    /**
     * Gives back what was used for an order that came to nothing. Joins the caller's transaction on the primary. Two statements.
     * Giving back twice, or what was never used, changes nothing.
     */
    void releaseRedemptions(UUID order);
}
