package io.fondaco.storefront;

import io.fondaco.catalog.VariantId;
import io.fondaco.platform.cache.CacheTag;
import io.fondaco.pricing.PublicPrices;
import io.fondaco.pricing.PublicPrices.PublicPrice;
import io.fondaco.tax.Taxes.PublicTaxes;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The prices of some variants where the shopper is, and the taxes there.
 *
 * @param taxes empty if the country is not known
 */
record MarketPrices(PublicPrices prices, Optional<PublicTaxes> taxes) {
    Optional<PublicPrice> find(VariantId variant) {
        return Optional.ofNullable(prices.prices().get(variant));
    }

    /** Whether the price includes tax; empty if the country is not known. */
    Optional<Boolean> includesTax(PublicPrice price) {
        return taxes.map(found -> price.taxIncluded().orElse(found.pricesIncludeTax()));
    }

    /** The sum of the tax rates of a tax category; empty if it is not known. */
    Optional<String> taxRate(String category) {
        return taxes.flatMap(found -> found.rateOf(category));
    }

    /** The next moment at which a price or a tax may be another one, although nothing is changed. */
    Optional<Instant> validUntil() {
        return Stream.of(prices.validUntil(), taxes.flatMap(PublicTaxes::validUntil))
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder());
    }

    /** The tags of the price lists, the tax rates and the settings of taxes; those of the products are missing. */
    Set<CacheTag> tags() {
        Set<CacheTag> tags = new HashSet<>(prices.tags());
        taxes.ifPresent(found -> tags.addAll(found.tags()));
        return tags;
    }
}
