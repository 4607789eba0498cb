/**
 * Tells other systems what happens in the shop: signed calls to their endpoints, tried again for three days, each endpoint by
 * itself. Calls go to public addresses only, unless the operator allows others.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package io.fondaco.webhook;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
