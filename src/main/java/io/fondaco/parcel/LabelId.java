package io.fondaco.parcel;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a label. */
public record LabelId(UUID value) {
    static final String PREFIX = "label";

    public static LabelId random() {
        return new LabelId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code label_…}
     */
    @JsonCreator
    public static LabelId parse(String text) {
        return new LabelId(TypeId.parse(PREFIX, text));
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
