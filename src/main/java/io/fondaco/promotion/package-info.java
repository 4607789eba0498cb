/**
 * Promotions: automatic ones, and those that a customer applies with a coupon code. None is used more often, or gives
 * more discount, than its limits allow, in total or per customer: the database itself refuses. A discount is allocated
 * to the lines exact to the cent.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog"})
package io.fondaco.promotion;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
