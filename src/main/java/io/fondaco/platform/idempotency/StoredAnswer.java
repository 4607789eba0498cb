package io.fondaco.platform.idempotency;

/**
 * An answer as it was first given, byte for byte.
 *
 * @param status HTTP status
 * @param body JSON
 */
public record StoredAnswer(int status, String body) {}
