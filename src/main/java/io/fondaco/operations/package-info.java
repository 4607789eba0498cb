/** What the shop's operators look at and put right: events that no listener could handle, and what statements cost the database. */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package io.fondaco.operations;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
