/**
 * Products with their variants, and the category tree. A SKU and a slug are unique and never change.
 */
@NullMarked
@ApplicationModule
package io.fondaco.catalog;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
