/**
 * Turns a cart into a paid order, and undoes what must be undone: the only orchestrator. Stock is reserved before the payment
 * is asked for, the order stands after it, and a crash in between is resumed to exactly one result.
 *
 * <p>Locks are taken in one order: completion, cart, order, promotion, payment, stock. No transaction is open while a provider is asked.
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
            "pricing",
            "promotion",
            "shipping"
        })
package io.fondaco.checkout;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
