package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a line of an order. */
public record OrderLineId(UUID value) {
    static final String PREFIX = "orderline";

    public static OrderLineId random() {
        return new OrderLineId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code orderline_…}
     */
    @JsonCreator
    public static OrderLineId parse(String text) {
        return new OrderLineId(TypeId.parse(PREFIX, text));
    }

    /** Same as {@link #parse}; JAX-RS converts path parameters with a method of this name. */
    public static OrderLineId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
