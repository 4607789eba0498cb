package io.fondaco.webhook;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies the delivery of one event to one endpoint. */
record DeliveryId(UUID value) {
    static final String PREFIX = "delivery";

    @JsonCreator
    static DeliveryId parse(String text) {
        return new DeliveryId(TypeId.parse(PREFIX, text));
    }

    /** The same as {@link #parse}; JAX-RS converts path parameters by this name. */
    static DeliveryId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
