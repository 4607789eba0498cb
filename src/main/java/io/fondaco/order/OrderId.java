package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies an order. */
public record OrderId(UUID value) {
    static final String PREFIX = "order";

    public static OrderId random() {
        return new OrderId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code order_…}
     */
    @JsonCreator
    public static OrderId parse(String text) {
        return new OrderId(TypeId.parse(PREFIX, text));
    }

    /** Same as {@link #parse}; JAX-RS converts path parameters with a method of this name. */
    public static OrderId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
