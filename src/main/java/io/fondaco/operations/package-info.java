/** What the shop's operators look at and put right: events that no listener could handle, and what statements cost the database. */
@NullMarked
@BoundedModule(uses = {})
package io.fondaco.operations;

import io.fondaco.platform.BoundedModule;
import org.jspecify.annotations.NullMarked;
