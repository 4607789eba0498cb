/**
 * The database servers as this process sees them: which one is the primary, which replicas may be read, and how far
 * each has replayed. This package knows nothing of requests; {@code platform.database} routes them by its information.
 */
@NullMarked
package io.fondaco.platform.topology;

import org.jspecify.annotations.NullMarked;
