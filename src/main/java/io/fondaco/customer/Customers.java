package io.fondaco.customer;

/** Customers, for other modules. */
public interface Customers {
    /**
     * Returns the guest with this e-mail address, and creates one if there is none; the comparison ignores case. One
     * statement, in the caller's transaction.
     */
    Customer findOrCreateGuest(String email);
}
