/** What the shop's operators look at and put right: events that no listener could handle. */
@NullMarked
@BoundedModule(uses = {})
package io.fondaco.operations;

import io.fondaco.platform.BoundedModule;
import org.jspecify.annotations.NullMarked;
