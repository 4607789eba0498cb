/**
 * Events between modules and to other systems. A transaction writes the events that it causes to the outbox. The
 * database or Kafka transports them. Each listener handles every event once and in the order of its subject, also after
 * a crash.
 */
@NullMarked
package io.fondaco.platform.messaging;

import org.jspecify.annotations.NullMarked;
