package io.fondaco.shipping;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A shipping zone in the admin API. */
@Schema(name = "ShippingZone")
record ShippingZone(
        ShippingZoneId id,
        @Schema(examples = "Germany") String name,

        @Schema(description = "ISO 3166-1 alpha-2; empty: everywhere.")
        List<String> countries,

        @Schema(description = "Regions as addresses have them, or ISO 3166-2 codes (`US-CA`); empty: every region.")
        List<String> regions,

        @Schema(description = "Codes (`35037`), prefixes (`35*`) and ranges (`51000-51999`); empty: every postal code.")
        List<String> postalCodes,

        long version,
        Instant createdAt,
        Instant updatedAt) {

    ShippingZone {
        countries = List.copyOf(countries);
        regions = List.copyOf(regions);
        postalCodes = List.copyOf(postalCodes);
    }
}
