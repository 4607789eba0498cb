package io.fondaco.importing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies an import. */
record ImportId(UUID value) {
    static final String PREFIX = "import";

    static ImportId random() {
        return new ImportId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code import_…}
     */
    @JsonCreator
    static ImportId parse(String text) {
        return new ImportId(TypeId.parse(PREFIX, text));
    }

    /** The same as {@link #parse}, under the name that path parameters are converted by. */
    static ImportId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
