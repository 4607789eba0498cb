package io.fondaco.shipping;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;

@ApplicationScoped
class ShippingRateRepository implements PanacheRepositoryBase<ShippingRate, ShippingRate.RateId> {
    /**
     * All rates that match; several of a method if it has rates for any country or currency too.
     *
     * @param country empty if it is not known; then only rates that need no address match
     */
    List<ShippingRate> listMatching(String country, String currency) {
        return list("""
                        id.currency in (:currency, '*') and id.country in (:country, '*')
                        and (not needsAddress or :country <> '')
                        """, Map.of("currency", currency, "country", country));
    }
}
