package io.fondaco.shipping;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a shipping method. */
record ShippingMethodId(UUID value) {
    static final String PREFIX = "shippingmethod";

    static ShippingMethodId random() {
        return new ShippingMethodId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code shippingmethod_…}
     */
    @JsonCreator
    static ShippingMethodId parse(String text) {
        return new ShippingMethodId(TypeId.parse(PREFIX, text));
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
