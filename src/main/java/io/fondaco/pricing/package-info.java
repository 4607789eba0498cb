/** Prices of variants: one per variant and currency, with an optional compare-at price. */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog"})
package io.fondaco.pricing;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
