package io.fondaco.platform.messaging;

import java.time.Instant;
import java.util.UUID;

/**
 * An event that a listener failed at for good.
 *
 * @param error why, the last time
 */
public record DeadLetter(UUID id, String listener, Event event, String error, Instant diedAt) {}
