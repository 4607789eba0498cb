package io.fondaco.tax;

import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.fondaco.platform.postal.PostalAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Taxes, for other modules. */
public interface Taxes {
    /** The tax category of what names no other one. */
    String STANDARD_CATEGORY = "standard";

    /** The tax category of what is not taxed anywhere. */
    String EXEMPT_CATEGORY = "exempt";

    /** Those of the codes that are not tax categories. One statement. */
    Set<String> unknownCategories(Set<String> codes);

    /**
     * The rules by which a sale is taxed. It calls no {@link TaxProvider}. No statement if the rates of the
     * destination's country and the settings are cached, else one for each.
     */
    SaleTaxation taxationOf(TaxedSale sale, CachedReads reads);

    /**
     * The taxes that a shop shows beside its prices, for a country as a whole. It calls no {@link TaxProvider}. One
     * statement for the settings, and one for the rates without a region.
     *
     * @param country ISO 3166-1 alpha-2
     * @param at now; rates that start or end by time are those of this moment
     */
    PublicTaxes publicTaxes(String country, Instant at);

    /** The taxes of a country at a moment, for everyone. Immutable; no method causes a statement. */
    interface PublicTaxes {
        /** Whether prices include tax, where their price list does not say. */
        boolean pricesIncludeTax();

        /**
         * The sum of the rates of a tax category as a plain decimal: a compound rate counts with what it is of the
         * price. Empty if no rate applies in the whole country, or if the shop has a {@link TaxProvider}.
         */
        Optional<String> rateOf(String category);

        /** The next moment at which one of the rates begins or ends. */
        Optional<Instant> validUntil();

        /** The tags of the settings and of the rates of the country. */
        Set<CacheTag> tags();
    }

    /**
     * What decides by which rules a sale is taxed.
     *
     * @param destination where the goods are delivered or the service is used; empty for the place of the seller: for
     *     goods that are collected, and as an estimate while no address is known
     * @param taxId the tax id of a business customer, normalized by {@link TaxId#normalize}
     * @param currency ISO 4217
     * @param at the moment of the sale; rates that start or end by time are those of this moment
     */
    record TaxedSale(Optional<TaxPlace> destination, Optional<String> taxId, String currency, Instant at) {}

    /**
     * A place, as far as taxes depend on it.
     *
     * @param country ISO 3166-1 alpha-2
     * @param region as in addresses; the part after the country of an ISO 3166-2 code, {@code "CA"} for California
     * @param postalCode as in addresses; empty for a place without one
     */
    record TaxPlace(String country, Optional<String> region, String postalCode) {
        public static TaxPlace of(PostalAddress address) {
            return new TaxPlace(address.country(), Optional.ofNullable(address.region()), address.postalCode());
        }
    }
}
