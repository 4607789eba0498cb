/** Scheduled work that is done once per cluster, not once per pod: by lease, under the clock of the database. */
@NullMarked
package io.fondaco.platform.jobs;

import org.jspecify.annotations.NullMarked;
