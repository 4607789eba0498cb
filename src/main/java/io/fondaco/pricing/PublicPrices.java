package io.fondaco.pricing;

import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What everyone pays for one unit of some variants.
 *
 * @param prices by variant; variants without a price are missing
 * @param validUntil the next instant at which a price list of these variants begins or ends to be valid
 * @param tags of the price lists that the prices depend on; those of the products are the caller's
 */
public record PublicPrices(Map<VariantId, PublicPrice> prices, Optional<Instant> validUntil, Set<CacheTag> tags) {
    public PublicPrices {
        prices = Map.copyOf(prices);
        tags = Set.copyOf(tags);
    }

    /**
     * The price of one unit.
     *
     * @param base the base price; empty if there are only list prices
     * @param price the one that applies
     * @param compareAt the higher price that it is compared with; for a list price below the base price without one it
     *     is the base price
     * @param taxIncluded whether the price includes tax, as its price list says; empty for the setting of the shop
     * @param lowestPrice30Days the lowest price in the 30 days before the current reduction began; empty if the price
     *     is not a reduced one, or there was no price in these days
     */
    public record PublicPrice(
            Optional<VariantPrice> base,
            Money price,
            Optional<Money> compareAt,
            Optional<Boolean> taxIncluded,
            Optional<Money> lowestPrice30Days) {
        PublicPrice withLowestPrice30Days(Optional<Money> lowest) {
            return new PublicPrice(base, price, compareAt, taxIncluded, lowest);
        }

        boolean isReduced() {
            return PriceHistory.isReduced(
                    price.amount(),
                    base.map(found -> found.price().amount()).orElse(null),
                    compareAt.map(Money::amount).orElse(null));
        }
    }
}
