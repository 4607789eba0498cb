/** Parameters of native SQL (arrays for {@code unnest}, durations in seconds) and the JSON columns of entities. */
@NullMarked
package io.fondaco.platform.sql;

import org.jspecify.annotations.NullMarked;
