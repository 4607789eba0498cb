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

    /** Whether customers have ordered before. The module that knows orders implements it. */
    interface OrderHistory {
        /**
         * Whether there is an order of a customer with this e-mail address that was not cancelled. One statement.
         *
         * @param email compared by {@link io.fondaco.platform.postal.EmailAddress#toComparisonKey}
         */
        boolean hasOrders(String email);
    }

    /**
     * Calculates the discounts of a cart: of its codes and of automatic promotions, at the moment of the request. It
     * checks neither the limit per customer nor whether an order is the customer's first one: anyone can put any e-mail
     * address on a cart, and would learn what its owner has ordered. {@link #redeem} checks it. One statement for codes
     * whose promotions are not cached, one for automatic promotions and one for categories that are not cached; none
     * without lines and codes.
     */
    Discounts calculateDiscounts(DiscountRequest discountRequest, CachedReads reads);

    /**
     * Redeems the promotions of an order whose discount is not zero, all or none, and proves that the promotions of all
     * discounts still are what the discounts were calculated from, by the current time of the database. Joins the
     * caller's transaction on the primary. One statement; one more if a promotion is for first orders only, and one if
     * nothing is left of an automatic promotion afterwards; none without discounts.
     *
     * @param order an order without redemptions
     * @param email of the customer, compared by {@link io.fondaco.platform.postal.EmailAddress#toComparisonKey}
     * @throws PromotionsChanged if a promotion has another version than the discount, or its period ended, or an
     *     automatic one has reached a limit; nothing is written, and the transaction goes on
     * @throws CouponUsedUp if a coupon has reached its usage limit, in total or for this customer, or its budget; the
     *     transaction is rolled back
     */
    void redeem(UUID order, String email, List<Discounts.AppliedDiscount> applied);

    /**
     * Releases the redemptions of an order that failed or was cancelled. Joins the caller's transaction on the primary.
     * One statement. Releasing twice, or without redemptions, changes nothing.
     */
    void releaseRedemptions(UUID order);
}
