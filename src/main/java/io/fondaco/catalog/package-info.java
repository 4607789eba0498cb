/**
 * What the shop has: products with their variants, and the category tree. A SKU and a slug each name one thing, for ever.
 */
@NullMarked
@ApplicationModule
package io.fondaco.catalog;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
