package io.fondaco.tax;

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
