/**
 * Where the shop delivers to, and at what price: a flat rate per country for now, and collection for nothing.
 */
@NullMarked
@ApplicationModule
package io.fondaco.shipping;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
