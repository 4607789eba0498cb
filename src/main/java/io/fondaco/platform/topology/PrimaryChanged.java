package io.fondaco.platform.topology;

/** Another server is the primary, or none is, or it is the same one after a break: what is connected to the old one is to be cut off. */
public record PrimaryChanged() {}
