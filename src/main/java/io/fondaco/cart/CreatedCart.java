package io.fondaco.cart;

/**
 * A new cart.
 *
 * @param token authorizes requests for the cart; returned only here and stored only as a hash
 */
public record CreatedCart(Cart cart, String token) {}
