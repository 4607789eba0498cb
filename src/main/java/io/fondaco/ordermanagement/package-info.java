/**
 * What happens to an order after it was placed: staff cancel, capture, refund, fulfil and take back units, and payment
 * providers report late results. Each action has one transaction and is recorded in the order's history; refunds and
 * voids are retried until the provider confirms them.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"checkout", "inventory", "order", "parcel", "payment", "tax"})
package io.fondaco.ordermanagement;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
