/**
 * Import and export of bulk data: streams files of any size at constant memory, resumes after a crash at the
 * checkpoint, and reports every rejected row.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"catalog", "inventory", "pricing", "productfiles", "tax"})
package io.fondaco.importing;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
