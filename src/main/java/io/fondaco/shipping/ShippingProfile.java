package io.fondaco.shipping;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A shipping profile in the admin API: products that are packed together. */
@Schema(name = "ShippingProfile")
record ShippingProfile(
        @Schema(examples = "bulky") String code,
        @Schema(examples = "Bulky goods") String name,

        @Schema(description = "Countries that its products are not sent to, ISO 3166-1 alpha-2.")
        List<String> excludedCountries,

        @Schema(description = "Codes of shipping methods by which its products are not sent.")
        List<String> excludedMethods,

        long version,
        Instant createdAt,
        Instant updatedAt) {

    ShippingProfile {
        excludedCountries = List.copyOf(excludedCountries);
        excludedMethods = List.copyOf(excludedMethods);
    }
}
