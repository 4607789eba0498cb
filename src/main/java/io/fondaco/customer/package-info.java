/** Customers: for now guests, identified by their e-mail address. A guest has an id and no row. */
@NullMarked
@ApplicationModule
package io.fondaco.customer;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
