/**
 * Prices of variants: base prices, one per variant and currency with an optional compare-at price, and price lists with
 * quantity tiers and windows of time. The instant of pricing alone decides which price applies; no job has to run.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog"})
package io.fondaco.pricing;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
