/** Infrastructure that every module uses. It does not know the commerce domain. */
@NullMarked
package io.fondaco.platform;

import org.jspecify.annotations.NullMarked;
