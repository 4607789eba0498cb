/**
 * Calculates what a cart costs at this moment: items, discounts, shipping, tax and total. Checkout sells at these
 * totals and shoppers see them, so they are calculated in one place.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"cart", "catalog", "inventory", "order", "pricing", "promotion", "shipping", "tax"})
package io.fondaco.totals;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
