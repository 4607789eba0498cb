package io.fondaco.customer;

/** Customers, for other modules. */
public interface Customers {
    /**
     * The guest with this mail address, made known if new; capitals do not matter. One statement, in the caller's
     * transaction.
     */
    Customer findOrCreateGuest(String email);
}
