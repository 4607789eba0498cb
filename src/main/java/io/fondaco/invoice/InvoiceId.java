package io.fondaco.invoice;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies an invoice or a credit note. */
public record InvoiceId(UUID value) {
    static final String PREFIX = "invoice";

    public static InvoiceId random() {
        return new InvoiceId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code invoice_…}
     */
    @JsonCreator
    public static InvoiceId parse(String text) {
        return new InvoiceId(TypeId.parse(PREFIX, text));
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
