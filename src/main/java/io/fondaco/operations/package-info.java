/** HTTP API for operators: dead letters, and the cost of SQL statements. */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package io.fondaco.operations;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
