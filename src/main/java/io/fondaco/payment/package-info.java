/**
 * Takes money through providers: every attempt is written down before the provider is called, and an unknown outcome is a
 * state of its own.
 */
@NullMarked
@ApplicationModule
package io.fondaco.payment;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
