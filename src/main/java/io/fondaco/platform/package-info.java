/** What every module stands on. Knows nothing of shops. */
@NullMarked
package io.fondaco.platform;

import org.jspecify.annotations.NullMarked;
