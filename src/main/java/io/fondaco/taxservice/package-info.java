/**
 * Takes the taxes of sales from a tax service of the shop, by HTTP. It is enabled by a URL; the format of requests and
 * responses is ours, so that a shop can write an adapter for any service.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"tax"})
package io.fondaco.taxservice;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
