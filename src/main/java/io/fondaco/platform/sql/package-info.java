/** Parameters of native SQL: arrays for {@code unnest} and durations in seconds. */
@NullMarked
package io.fondaco.platform.sql;

import org.jspecify.annotations.NullMarked;
