/**
 * Money in whole minor units of an ISO 4217 currency. Arithmetic is exact, without floating point, and never mixes
 * currencies.
 */
@NullMarked
package io.fondaco.platform.money;

import org.jspecify.annotations.NullMarked;
