/**
 * Reads and writes the rows of product and stock files, in the Shopify format and in Fondaco's own. It knows formats
 * and variant matching; import jobs, uploads and downloads are in {@code importing}.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog", "inventory"})
package io.fondaco.productfiles;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
