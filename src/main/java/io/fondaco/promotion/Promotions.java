package io.fondaco.promotion;

import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Promotions, for other modules. A redemption belongs to an order and is made in the transaction that reserves its
 * stock; it is released only if the order fails or is cancelled as a whole. Rows are locked in the order of promotion
 * ids, promotions before customers.
 */
public interface Promotions {
    /**
     * Normalizes a coupon code for comparison: without surrounding white space and invisible characters, which pasted
     * codes may have, and in capitals.
     */
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

    /**
     * {@link Character#isWhitespace} leaves out the no-break spaces; U+200B and U+FEFF are format characters, not
     * spaces.
     */
    private static boolean isBlank(char character) {
        return Character.isWhitespace(character)
                || Character.isSpaceChar(character)
                || Character.getType(character) == Character.FORMAT;
    }

    /** Whether a normalized code has the form of a coupon code. */
    static boolean isValidCode(String normalizedCode) {
        return PromotionValidator.CODE_PATTERN.matcher(normalizedCode).matches();
    }

    /**
     * Calculates the discounts of the codes of a cart, by the current time. It does not check the limit per customer:
     * anyone can put any e-mail address on a cart, and would learn whether its owner has used a coupon. {@link #redeem}
     * checks it. One statement for promotions that are not cached; none without codes.
     */
    Discounts calculateDiscounts(DiscountRequest discountRequest, CachedReads reads);

    /**
     * Redeems the promotions of an order whose discount is not zero, all or none, and proves that the promotions of all
     * discounts still are what the discounts were calculated from, by the current time of the database. Joins the
     * caller's transaction on the primary. One statement; none without discounts.
     *
     * @param order an order without redemptions
     * @param email of the customer, compared by {@link io.fondaco.platform.postal.EmailAddress#toComparisonKey}
     * @throws PromotionsChanged if a promotion has another version than the discount, or its period ended; nothing is
     *     written, and the transaction goes on
     * @throws CouponUsedUp if a promotion has reached its usage limit, in total or for this customer; the transaction
     *     is rolled back
     */
    void redeem(UUID order, String email, List<Discounts.AppliedDiscount> applied);

    /**
     * Releases the redemptions of an order that failed or was cancelled. Joins the caller's transaction on the primary.
     * One statement. Releasing twice, or without redemptions, changes nothing.
     */
    void releaseRedemptions(UUID order);
}
