/**
 * Sends events to the webhook endpoints of other systems as signed HTTP requests. A failed delivery is retried for
 * about three days; endpoints do not delay each other. Requests go to public addresses only, unless the operator allows
 * others.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package io.fondaco.webhook;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
