package io.fondaco.customer;

/** @param email in lower case */
public record Customer(CustomerId id, String email) {}
