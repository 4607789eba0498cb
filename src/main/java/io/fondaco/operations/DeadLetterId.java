package io.fondaco.operations;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a dead letter. */
record DeadLetterId(UUID value) {
    static final String PREFIX = "deadletter";

    @JsonCreator
    static DeadLetterId parse(String text) {
        return new DeadLetterId(TypeId.parse(PREFIX, text));
    }

    /** The same as {@link #parse}; JAX-RS converts path parameters by this name. */
    static DeadLetterId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
