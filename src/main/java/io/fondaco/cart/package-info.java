/**
 * What a shopper has put together. A cart is a capability: whoever holds its token may read and change it. Every change
 * locks the cart first, so that calls in parallel lose nothing.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog"})
package io.fondaco.cart;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
