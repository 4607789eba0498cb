/**
 * Taxes: rates by place, category and time, and the tax of what a cart or an order charges. Amounts add up exactly,
 * whatever is rounded.
 */
@NullMarked
@ApplicationModule
package io.fondaco.tax;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
