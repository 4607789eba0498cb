/**
 * Placed orders. The purchased content of an order never changes and orders are never deleted. Later changes are
 * counted in separate quantities and recorded in an append-only history.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"customer", "tax"})
package io.fondaco.order;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
