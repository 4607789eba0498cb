/** Shipping methods and their prices: for now a flat rate per country, and free pickup. */
@NullMarked
@ApplicationModule
package io.fondaco.shipping;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
