/**
 * Carts of shoppers. A cart token is a capability: every client that has it may read and change the cart. A cart is
 * one row, and each change locks it, so that no concurrent change is lost.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog"})
package io.fondaco.cart;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
