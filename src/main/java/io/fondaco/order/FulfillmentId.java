package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a fulfillment. */
public record FulfillmentId(UUID value) {
    static final String PREFIX = "fulfillment";

    public static FulfillmentId random() {
        return new FulfillmentId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code fulfillment_…}
     */
    @JsonCreator
    public static FulfillmentId parse(String text) {
        return new FulfillmentId(TypeId.parse(PREFIX, text));
    }

    /** Same as {@link #parse}; JAX-RS converts path parameters with a method of this name. */
    public static FulfillmentId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
