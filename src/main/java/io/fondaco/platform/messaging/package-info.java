/**
 * What modules tell one another and the world: events are written into the outbox by the transaction that they tell of,
 * carried by the database or by Kafka, and handled by each listener once, in the order of their subject, whatever crashes.
 */
@NullMarked
package io.fondaco.platform.messaging;

import org.jspecify.annotations.NullMarked;
