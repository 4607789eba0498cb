/**
 * Whom the shop serves: for now guests, known by their mail address.
 */
@NullMarked
@BoundedModule
package io.fondaco.customer;

import io.fondaco.platform.BoundedModule;
import org.jspecify.annotations.NullMarked;
