/**
 * How many of a SKU there are, and where. Available never goes below zero: the database itself refuses.
 */
@NullMarked
@BoundedModule(uses = {"catalog"})
package io.fondaco.inventory;

import io.fondaco.platform.BoundedModule;
import org.jspecify.annotations.NullMarked;
