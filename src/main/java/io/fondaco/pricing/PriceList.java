package io.fondaco.pricing;

import io.fondaco.pricing.PriceLists.PriceListRules;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A price list in the admin API, without its prices. */
@Schema(name = "PriceList")
record PriceList(
        PriceListId id,
        @Schema(examples = "Summer sale") String name,

        @Schema(description = "ISO 4217 code of its prices.", examples = "EUR")
        String currency,

        @Schema(description = "The customer group that it is for; null: every customer.") @Nullable
        String customerGroup,

        @Schema(
                description =
                        "ISO 3166-1 alpha-2 codes of the shipping addresses that it is for; empty: every country.")
        List<String> countries,

        @Schema(description = "Of several lists with a price, the one with the highest priority wins.")
        int priority,

        @Schema(description = "The first instant at which it is valid; null: always until then.") @Nullable
        Instant validFrom,

        @Schema(description = "The first instant at which it is no longer valid; null: it has no end.") @Nullable
        Instant validUntil,

        @Schema(description = "Whether its prices include tax; null: as the setting of the shop says.") @Nullable
        Boolean taxIncluded,

        long version,
        Instant createdAt,
        Instant updatedAt) {

    PriceList {
        countries = List.copyOf(countries);
    }

    PriceListRules toRules() {
        return new PriceListRules(
                id,
                name,
                currency,
                customerGroup,
                Set.copyOf(countries),
                priority,
                validFrom,
                validUntil,
                taxIncluded,
                createdAt);
    }
}
