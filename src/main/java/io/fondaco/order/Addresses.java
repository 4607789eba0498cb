package io.fondaco.order;

import io.fondaco.platform.postal.PostalAddress;
import org.jspecify.annotations.Nullable;

/**
 * @param shipping null when nothing is delivered, or it is collected
 * @param billing null when it is the same
 */
public record Addresses(
        @Nullable PostalAddress shipping, @Nullable PostalAddress billing) {}
