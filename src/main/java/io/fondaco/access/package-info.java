/** Authentication and authorization of the admin API: API keys with scopes. */
@NullMarked
@ApplicationModule
package io.fondaco.access;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
