/** Fondaco: one deployable application of modules with strict boundaries. This package only starts and stops it. */
@NullMarked
package io.fondaco;

import org.jspecify.annotations.NullMarked;
