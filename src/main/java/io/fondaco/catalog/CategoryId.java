package io.fondaco.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a category. */
public record CategoryId(UUID value) {
    static final String PREFIX = "category";

    public static CategoryId random() {
        return new CategoryId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code category_…}
     */
    @JsonCreator
    public static CategoryId parse(String text) {
        return new CategoryId(TypeId.parse(PREFIX, text));
    }

    /** Whether the text has the form {@code category_…}. */
    public static boolean matches(String text) {
        return TypeId.matches(PREFIX, text);
    }

    /** {@link #parse} under the method name that converts path parameters. */
    public static CategoryId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
