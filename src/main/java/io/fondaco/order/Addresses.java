package io.fondaco.order;

import io.fondaco.platform.postal.PostalAddress;
import org.jspecify.annotations.Nullable;

/**
 * @param shipping null if no line requires shipping or the order is collected
 * @param billing null if it is the shipping address
 */
public record Addresses(
        @Nullable PostalAddress shipping, @Nullable PostalAddress billing) {}
