/**
 * What was sold: an order never changes what it says was bought, and never disappears. What becomes of it is counted beside
 * that, and told in a history that is only ever added to.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"customer"})
package io.fondaco.order;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
