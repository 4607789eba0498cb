/**
 * What a shopper has put together. A cart is a capability: whoever holds its token may read and change it.
 */
@NullMarked
@BoundedModule(uses = {"access", "catalog"})
package io.fondaco.cart;

import io.fondaco.platform.BoundedModule;
import org.jspecify.annotations.NullMarked;
