/**
 * The servers of the database as this process sees them: who is the primary, which replicas may be read, how far each has
 * replayed. Knows nothing of requests; {@code platform.database} sends them where this package says.
 */
@NullMarked
package io.fondaco.platform.topology;

import org.jspecify.annotations.NullMarked;
