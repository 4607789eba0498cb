package io.fondaco.tax;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.identity.TypeId;
import java.util.UUID;

/** Identifies a tax rate. */
record TaxRateId(UUID value) {
    private static final String PREFIX = "taxrate";

    static TaxRateId random() {
        return new TaxRateId(TypeId.newUuid());
    }

    /**
     * @throws io.fondaco.platform.identity.InvalidId if the text is not of the form {@code taxrate_…}
     */
    @JsonCreator
    static TaxRateId parse(String text) {
        return new TaxRateId(TypeId.parse(PREFIX, text));
    }

    @Override
    @JsonValue
    public String toString() {
        return TypeId.format(PREFIX, value);
    }
}
