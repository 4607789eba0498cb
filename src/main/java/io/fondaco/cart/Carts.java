package io.fondaco.cart;

import java.util.List;
import java.util.Optional;

/**
 * Carts, for other modules. Calls join the caller's transaction. Methods that change a cart take the cart that
 * {@link #lock} returned in the same transaction.
 *
 * <p>A wrong token gets the same 404 as a missing cart, so that ids cannot be probed.
 */
public interface Carts {
    /** Creates a cart and its token. One statement. */
    CreatedCart create(String currency, Optional<String> email);

    /**
     * Reads a cart without locking it. Two statements.
     *
     * @throws io.fondaco.platform.web.ApiException 404 if there is none, or the token belongs to another cart
     */
    Cart read(CartId id, String token);

    /**
     * Locks the cart until the transaction ends, whatever its status. Two statements.
     *
     * @throws io.fondaco.platform.web.ApiException 404 if there is none, or the token belongs to another cart
     */
    Cart lock(CartId id, String token);

    /**
     * Adds lines; a SKU that is already in the cart gets a larger quantity. Three statements for any number of lines.
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
    Cart update(Cart locked, CartUpdate update);

    /** Maximum lines of a cart. */
    int maxLines();

    /** Blocks changes of the cart while it is being completed. */
    void markCompleting(CartId id);

    /**
     * Locks an open cart and blocks changes of it while it is being completed.
     *
     * @return the cart; empty if it is not open
     * @throws io.fondaco.platform.web.ApiException 404 if there is none, or the token belongs to another cart
     */
    Optional<Cart> beginCompletion(CartId id, String token);

    /**
     * Records that the cart became an order. Locks the cart. One statement.
     *
     * @return false if the cart is not being completed; nothing is written then
     */
    boolean markCompleted(CartId id);

    /**
     * Allows changes again after a failed checkout attempt. Locks the cart. One statement.
     *
     * @return false if the cart is not being completed; nothing is written then
     */
    boolean reopen(CartId id);
}
