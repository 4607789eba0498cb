package io.fondaco.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a product. */
public record ProductId(UUID value) {
    static final String PREFIX = "product";

    public static ProductId random() {
        return new ProductId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code product_…}
     */
    @JsonCreator
    public static ProductId parse(String text) {
        return new ProductId(TypeId.parse(PREFIX, text));
    }

    /** Whether the text has the form {@code product_…}. */
    public static boolean matches(String text) {
        return TypeId.matches(PREFIX, text);
    }

    /** {@link #parse} under the method name that converts path parameters. */
    public static ProductId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
