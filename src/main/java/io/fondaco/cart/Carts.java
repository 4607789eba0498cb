package io.fondaco.cart;

import java.util.List;
import java.util.Optional;

/**
 * Carts, for other modules. Calls join the caller's transaction; whatever changes a cart is given the cart that
 * {@link #lock} answered in the same transaction.
 *
 * <p>A wrong token answers like a missing cart: 404, so that ids cannot be probed.
 */
public interface Carts {
    /** A new cart and the token that opens it. One statement. */
    CreatedCart create(String currency, Optional<String> email);

    /**
     * Reads a cart without locking it. Two statements.
     *
     * @throws io.fondaco.platform.web.ApiException 404 if there is none, or the token is another cart's
     */
    Cart read(CartId id, String token);

    /**
     * Locks the cart until the transaction ends, whatever its status. Two statements.
     *
     * @throws io.fondaco.platform.web.ApiException 404 if there is none, or the token is another cart's
     */
    Cart lock(CartId id, String token);

    /**
     * Adds lines; a SKU that is in the cart already adds up. Three statements, however many lines.
     *
     * @throws io.fondaco.platform.web.ApiException 409 if the cart is not open; 422 {@code quantity_out_of_range},
     *     {@code too_many_lines}
     */
    Cart addLines(Cart locked, List<NewCartLine> lines);

    /**
     * @throws io.fondaco.platform.web.ApiException 404 if the cart has no such line; 409 if it is not open
     */
    Cart changeQuantity(Cart locked, CartLineId line, int quantity);

    /**
     * @throws io.fondaco.platform.web.ApiException 404 if the cart has no such line; 409 if it is not open
     */
    Cart removeLine(Cart locked, CartLineId line);

    /**
     * @throws io.fondaco.platform.web.ApiException 409 if the cart is not open
     */
    Cart update(Cart locked, CartUpdate details);

    /** Lines that a cart may have. */
    int maxLines();

    /** Closes the cart to changes while it is being completed. */
    void markCompleting(CartId id);

    /** The cart became an order. Also locks it, when the caller has not. */
    void markCompleted(CartId id);

    /** The completion failed: the cart can be changed again. Also locks it, when the caller has not. */
    void reopen(CartId id);
}
