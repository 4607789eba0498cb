package io.fondaco.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a variant: the thing that has a SKU, a price and stock. */
public record VariantId(UUID value) {
    static final String PREFIX = "variant";

    public static VariantId random() {
        return new VariantId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code variant_…}
     */
    @JsonCreator
    public static VariantId parse(String text) {
        return new VariantId(TypeId.parse(PREFIX, text));
    }

    /** {@link #parse} under the method name that converts path parameters. */
    public static VariantId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
