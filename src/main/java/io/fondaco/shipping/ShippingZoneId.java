package io.fondaco.shipping;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a shipping zone. */
record ShippingZoneId(UUID value) {
    static final String PREFIX = "shippingzone";

    static ShippingZoneId random() {
        return new ShippingZoneId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code shippingzone_…}
     */
    @JsonCreator
    static ShippingZoneId parse(String text) {
        return new ShippingZoneId(TypeId.parse(PREFIX, text));
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
