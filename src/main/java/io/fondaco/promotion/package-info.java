/**
 * Promotions, which a customer applies with a coupon code. None is used more often than its usage limits allow, in
 * total or per customer: the database itself refuses. A discount is allocated to the lines exact to the cent.
 */
@NullMarked
@ApplicationModule
package io.fondaco.promotion;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
