/**
 * Carts of shoppers. A cart token is a capability: every client that has it may read and change the cart. Each change
 * locks the cart first, so that no concurrent change is lost.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog"})
package io.fondaco.cart;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
