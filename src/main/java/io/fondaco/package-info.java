/** Fondaco: one deployable, strictly bounded modules inside. This package only starts and stops it. */
@NullMarked
package io.fondaco;

import org.jspecify.annotations.NullMarked;
