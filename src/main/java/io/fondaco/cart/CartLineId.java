package io.fondaco.cart;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a line of a cart. */
public record CartLineId(UUID value) {
    static final String PREFIX = "line";

    public static CartLineId random() {
        return new CartLineId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code line_…}
     */
    @JsonCreator
    public static CartLineId parse(String text) {
        return new CartLineId(TypeId.parse(PREFIX, text));
    }

    /** The same, under the name that path parameters are converted by. */
    public static CartLineId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
