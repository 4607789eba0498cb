/**
 * What a variant costs: one price per variant and currency, with an optional price to compare it with.
 */
@NullMarked
@BoundedModule(uses = {"catalog"})
package io.fondaco.pricing;

import io.fondaco.platform.BoundedModule;
import org.jspecify.annotations.NullMarked;
