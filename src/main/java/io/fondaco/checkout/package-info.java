/**
 * Turns a cart into a paid order and reverses the steps of a failed checkout. It combines the modules below it.
 * It reserves stock before it requests the payment and places the order after it. A checkout that a crash interrupts is
 * resumed and has exactly one result.
 *
 * <p>Locks are taken in one order: cart, order, promotion, payment, stock, checkout attempt. A pending attempt, whose
 * cart does not change any more, is locked before its order. No transaction is open during a call to a payment
 * provider.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "cart",
            "catalog",
            "customer",
            "inventory",
            "order",
            "payment",
            "promotion",
            "shipping",
            "tax",
            "totals"
        })
package io.fondaco.checkout;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
