/**
 * Who may call what: API keys with scopes.
 */
@NullMarked
@BoundedModule
package io.fondaco.access;

import io.fondaco.platform.BoundedModule;
import org.jspecify.annotations.NullMarked;
