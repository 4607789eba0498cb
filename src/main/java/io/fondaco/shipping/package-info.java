/**
 * Where the shop delivers to, and at what price.
 */
@NullMarked
@BoundedModule(uses = {"access", "catalog"})
package io.fondaco.shipping;

import io.fondaco.platform.BoundedModule;
import org.jspecify.annotations.NullMarked;
