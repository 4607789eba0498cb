package io.fondaco.payment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a payment; also our reference at its provider. */
public record PaymentId(UUID value) {
    static final String PREFIX = "payment";

    public static PaymentId random() {
        return new PaymentId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code payment_…}
     */
    @JsonCreator
    public static PaymentId parse(String text) {
        return new PaymentId(TypeId.parse(PREFIX, text));
    }

    /** Same as {@link #parse}; JAX-RS converts path parameters with a method of this name. */
    public static PaymentId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
