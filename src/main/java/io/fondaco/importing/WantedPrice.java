package io.fondaco.importing;

import io.fondaco.catalog.PriceTag;
import io.fondaco.platform.money.Money;
import java.util.Optional;

/**
 * A price as a row wants it.
 *
 * @param compareAtGiven whether the file has a column for it; if not, what is there stays
 */
record WantedPrice(Money price, Optional<Money> compareAt, boolean compareAtGiven) {
    PriceTag over(Optional<PriceTag> present) {
        return new PriceTag(price, compareAtGiven ? compareAt : present.flatMap(PriceTag::compareAt));
    }
}
