package io.fondaco.customer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.postal.EmailAddress;
import java.nio.ByteBuffer;
import java.util.UUID;

/** Identifies a customer. */
public record CustomerId(UUID value) {
    static final String PREFIX = "customer";

    /** Changing it changes the id of every guest. */
    private static final String GUESTS = "fondaco guest customer ";

    // RFC 9562: the version is in bits 48 to 51, the variant in bits 64 and 65.
    private static final long VERSION_BITS = 0xF000L;
    private static final long VERSION_8 = 0x8000L;
    private static final long VARIANT_BITS = 0xC000_0000_0000_0000L;
    private static final long VARIANT_RFC_9562 = 0x8000_0000_0000_0000L;

    /**
     * The id of the guest with this e-mail address, as {@link EmailAddress#toComparisonKey} compares it: a UUID of
     * version 8, of SHA-256 of the address.
     */
    public static CustomerId ofGuest(String email) {
        ByteBuffer hash = ByteBuffer.wrap(Secret.hash(GUESTS + EmailAddress.toComparisonKey(email)));
        return new CustomerId(new UUID(
                (hash.getLong() & ~VERSION_BITS) | VERSION_8, (hash.getLong() & ~VARIANT_BITS) | VARIANT_RFC_9562));
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code customer_…}
     */
    @JsonCreator
    public static CustomerId parse(String text) {
        return new CustomerId(TypeId.parse(PREFIX, text));
    }

    /** Same as {@link #parse}; JAX-RS converts path parameters with a method of this name. */
    public static CustomerId fromString(String text) {
        return parse(text);
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
