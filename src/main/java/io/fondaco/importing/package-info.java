/**
 * Bulk data in and out: streams files of any size at constant memory, resumes after a crash where it was, and names every
 * row that it refused.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog", "inventory", "pricing"})
package io.fondaco.importing;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
