/**
 * Writes letters to customers: that an order is confirmed, sent, refunded. Each goes out once, whatever becomes of the mail
 * server and of pods; one that cannot be sent ends as a dead letter, never in silence. Off unless it is switched on.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"order"})
package io.fondaco.mail;

import io.fondaco.platform.ApplicationModule;
import org.jspecify.annotations.NullMarked;
