package io.fondaco.inventory;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a reservation of stock. */
public record ReservationId(UUID value) {
    static final String PREFIX = "reservation";

    public static ReservationId random() {
        return new ReservationId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code reservation_…}
     */
    @JsonCreator
    public static ReservationId parse(String text) {
        return new ReservationId(TypeId.parse(PREFIX, text));
    }

    /** {@link #parse} under the method name that converts path parameters. */
    public static ReservationId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
