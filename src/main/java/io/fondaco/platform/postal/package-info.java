/** Postal addresses, country codes and e-mail addresses. */
@NullMarked
package io.fondaco.platform.postal;

import org.jspecify.annotations.NullMarked;
