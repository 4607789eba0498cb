/** Money in whole minor units of an ISO 4217 currency: exact, never floating, never mixed. */
@NullMarked
package io.fondaco.platform.money;

import org.jspecify.annotations.NullMarked;
