package io.fondaco.platform.topology;

/**
 * Another server is the primary, or none is, or the same one is the primary again after an interruption. Connections to
 * the former primary must be closed.
 */
public record PrimaryChanged() {}
