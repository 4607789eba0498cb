/** Customers: for now guests, identified by their e-mail address. */
@NullMarked
@ApplicationModule
package io.fondaco.customer;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
