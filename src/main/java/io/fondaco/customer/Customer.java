package io.fondaco.customer;

/**
 * @param email in small letters
 */
public record Customer(CustomerId id, String email) {}
