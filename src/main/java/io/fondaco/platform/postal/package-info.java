/** Postal addresses and the countries they lie in. */
@NullMarked
package io.fondaco.platform.postal;

import org.jspecify.annotations.NullMarked;
