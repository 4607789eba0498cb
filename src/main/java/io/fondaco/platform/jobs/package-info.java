/** Scheduled jobs that run once per cluster and not once per pod, by leases that use the clock of the database. */
@NullMarked
package io.fondaco.platform.jobs;

import org.jspecify.annotations.NullMarked;
