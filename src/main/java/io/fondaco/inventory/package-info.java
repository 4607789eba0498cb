/**
 * How many of a SKU there are, and where. Never is more promised than there is, or than the SKU's backorder limit allows: the
 * database itself refuses. Every change is in a ledger that is only ever added to, and a job proves that the books add up.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog"})
package io.fondaco.inventory;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
