package io.fondaco.cart;

import java.util.List;
import java.util.Optional;

/**
 * Carts, for other modules. Calls join the caller's transaction. Methods that change the lines of a cart take the cart
 * that {@link #lock} returned in the same transaction, or the result of the last change after it. All other changes are
 * one statement that locks the cart itself.
 *
 * <p>A wrong token gets the same 404 as a missing cart, so that ids cannot be probed, and locks nothing.
 */
public interface Carts {
    /**
     * Creates a cart with its lines, and its token. A SKU that is named twice gets one line. One statement.
     *
     * @throws io.fondaco.platform.web.ApiException 422 {@code quantity_out_of_range}, {@code too_many_lines}
     */
    CreatedCart create(String currency, Optional<String> email, List<NewCartLine> lines);

    /**
     * Reads a cart without locking it. One statement.
     *
     * @throws io.fondaco.platform.web.ApiException 404 if there is none, or the token belongs to another cart
     */
    Cart read(CartId id, String token);

    /**
     * Locks the cart until the transaction ends, whatever its status. One statement.
     *
     * @throws io.fondaco.platform.web.ApiException 404 if there is none, or the token belongs to another cart
     */
    Cart lock(CartId id, String token);

    /**
     * Adds lines; a SKU that is already in the cart gets a larger quantity. One statement for any number of lines, none
     * for no lines.
     *
     * @throws io.fondaco.platform.web.ApiException 409 {@code cart_completed}, {@code completion_in_progress} if the
     *     cart is not open; 422 {@code quantity_out_of_range}, {@code too_many_lines}
     * @throws IllegalStateException if the cart is not locked and has changed meanwhile
     */
    Cart addLines(Cart locked, List<NewCartLine> lines);

    /**
     * Replaces the quantity of a line. One statement.
     *
     * @throws io.fondaco.platform.web.ApiException 404 if the cart has no such line; 409 {@code cart_completed},
     *     {@code completion_in_progress} if it is not open; 422 {@code quantity_out_of_range}
     * @throws IllegalStateException if the cart is not locked and has changed meanwhile
     */
    Cart changeQuantity(Cart locked, CartLineId line, int quantity);

    /**
     * Removes a line. One statement.
     *
     * @throws io.fondaco.platform.web.ApiException 404 if the cart has no such line; 409 {@code cart_completed},
     *     {@code completion_in_progress} if it is not open
     * @throws IllegalStateException if the cart is not locked and has changed meanwhile
     */
    Cart removeLine(Cart locked, CartLineId line);

    /**
     * Changes the details of an open cart, which the caller need not have locked. One statement; a second one if there
     * is no such open cart.
     *
     * @throws io.fondaco.platform.web.ApiException 404 if there is no cart, or the token belongs to another cart; 409
     *     {@code cart_completed}, {@code completion_in_progress} if it is not open
     */
    Cart update(CartId id, String token, CartUpdate update);

    /** Maximum lines of a cart. */
    int maxLines();

    /**
     * Locks an open cart and blocks its changes while it is being completed. Of concurrent calls, one gets the cart.
     * One statement; a second one if there is no such open cart.
     *
     * @return the cart, with status {@link CartStatus#COMPLETING}; empty if it is not open
     * @throws io.fondaco.platform.web.ApiException 404 if there is no cart, or the token belongs to another cart
     */
    Optional<Cart> beginCompletion(CartId id, String token);

    /**
     * Records that the cart became an order. Locks the cart if the caller has not. One statement.
     *
     * @return false if the cart was not being completed, and so was not changed
     */
    boolean markCompleted(CartId id);

    /**
     * Allows changes again after a failed checkout attempt. Locks the cart if the caller has not. One statement.
     *
     * @return false if the cart was not being completed, and so was not changed
     */
    boolean reopen(CartId id);
}
