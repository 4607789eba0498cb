/**
 * Scheduled jobs that run once per cluster and not once per pod, and work that waits in the rows of a table
 * ({@link io.fondaco.platform.jobs.DueWork}). Both by leases that use the clock of the database.
 */
@NullMarked
package io.fondaco.platform.jobs;

import org.jspecify.annotations.NullMarked;
