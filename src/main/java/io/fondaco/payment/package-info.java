/**
 * Takes money through payment providers: every attempt is recorded before the provider is called, and an unknown
 * outcome is not treated as a decline.
 */
@NullMarked
@ApplicationModule
package io.fondaco.payment;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
