/**
 * What makes an order cheaper: promotions that a customer asks for by a coupon code. None is used more often than it may be,
 * in all or by one customer: the database itself refuses. What it takes off is split over the lines to the last cent.
 */
@NullMarked
@ApplicationModule
package io.fondaco.promotion;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
