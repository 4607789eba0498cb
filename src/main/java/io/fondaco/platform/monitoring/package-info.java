/** What measuring needs in every module: see {@code docs/monitoring.md}. Knows nothing of what is measured. */
@NullMarked
package io.fondaco.platform.monitoring;

import org.jspecify.annotations.NullMarked;
