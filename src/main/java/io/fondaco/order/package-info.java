/**
 * What was sold: an order never changes what it says was bought, and never disappears.
 */
@NullMarked
@BoundedModule(uses = {"access", "customer"})
package io.fondaco.order;

import io.fondaco.platform.BoundedModule;
import org.jspecify.annotations.NullMarked;
