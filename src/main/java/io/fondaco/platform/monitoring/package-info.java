/**
 * Metric support for every module: see {@code docs/monitoring.md}. This package knows nothing of the modules' metrics.
 */
@NullMarked
package io.fondaco.platform.monitoring;

import org.jspecify.annotations.NullMarked;
