/**
 * Whom the shop serves: for now guests, known by their mail address.
 */
@NullMarked
@ApplicationModule
package io.fondaco.customer;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
