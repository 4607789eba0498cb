package io.fondaco.pricing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a price list. */
public record PriceListId(UUID value) {
    static final String PREFIX = "plist";

    public static PriceListId random() {
        return new PriceListId(TypeId.newUuid());
    }

    /** Whether the text has the form of such an identifier. */
    public static boolean matches(String text) {
        return TypeId.matches(PREFIX, text);
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code plist_…}
     */
    @JsonCreator
    public static PriceListId parse(String text) {
        return new PriceListId(TypeId.parse(PREFIX, text));
    }

    /** Same as {@link #parse}; JAX-RS converts path parameters with a method of this name. */
    public static PriceListId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
