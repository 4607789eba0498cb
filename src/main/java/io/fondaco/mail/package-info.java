/**
 * Sends e-mails to customers when an order is confirmed, shipped or refunded. Each e-mail is sent once, also when the
 * mail server or a pod fails. An e-mail that cannot be sent becomes a dead letter. Off by default.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"order", "tax"})
package io.fondaco.mail;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
