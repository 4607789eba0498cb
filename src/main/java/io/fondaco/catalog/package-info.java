/**
 * What the shop has: products with their variants, and the category tree. A SKU and a slug each name one thing, for ever.
 */
@NullMarked
@BoundedModule
package io.fondaco.catalog;

import io.fondaco.platform.BoundedModule;
import org.jspecify.annotations.NullMarked;
