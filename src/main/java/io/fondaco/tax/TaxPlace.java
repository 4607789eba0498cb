package io.fondaco.tax;

import io.fondaco.platform.postal.PostalAddress;
import java.util.Optional;

/**
 * A place, as far as taxes depend on it.
 *
 * @param country ISO 3166-1 alpha-2
 * @param region as in addresses; the part after the country of an ISO 3166-2 code, {@code "CA"} for California
 * @param postalCode as in addresses; empty for a place without one
 */
public record TaxPlace(String country, Optional<String> region, String postalCode) {
    public static TaxPlace of(PostalAddress address) {
        return new TaxPlace(address.country(), Optional.ofNullable(address.region()), address.postalCode());
    }
}
