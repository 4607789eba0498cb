/**
 * Shipping methods and their prices, by zone, profile, weight, price and number of items. The pod keeps all of them in
 * memory, so a quote costs no statement while they do not change. Live rates of a provider are never requested in a
 * transaction.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"inventory"})
package io.fondaco.shipping;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
