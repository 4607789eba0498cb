/**
 * The catalog as shoppers see it: active products with their prices and availability, and the category tree. Whole
 * responses are cached; {@code catalog}, {@code pricing} and {@code tax} invalidate them in the transaction of a
 * change.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog", "pricing", "tax"})
package io.fondaco.storefront;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
