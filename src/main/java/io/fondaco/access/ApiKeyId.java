package io.fondaco.access;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies an API key; no secret. */
record ApiKeyId(UUID value) {
    static final String PREFIX = "key";

    @JsonCreator
    static ApiKeyId parse(String text) {
        return new ApiKeyId(TypeId.parse(PREFIX, text));
    }

    /** The same, under the name that path parameters are converted by. */
    static ApiKeyId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
