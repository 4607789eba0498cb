/**
 * What a variant costs: one price per variant and currency, with an optional price to compare it with.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog"})
package io.fondaco.pricing;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
