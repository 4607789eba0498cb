package io.fondaco.cart;

/**
 * A new, empty cart.
 *
 * @param token opens it; told once, kept only as a hash
 */
public record CreatedCart(Cart cart, String token) {}
