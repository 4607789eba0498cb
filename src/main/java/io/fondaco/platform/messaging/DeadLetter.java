package io.fondaco.platform.messaging;

import java.time.Instant;
import java.util.UUID;

/**
 * An event that a listener failed at for the last time.
 *
 * @param error the error of the last attempt
 */
public record DeadLetter(UUID id, String listener, Event event, String error, Instant diedAt) {}
