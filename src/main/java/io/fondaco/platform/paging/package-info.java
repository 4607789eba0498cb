/** Keyset pages and their opaque cursors; never an offset. */
@NullMarked
package io.fondaco.platform.paging;

import org.jspecify.annotations.NullMarked;
