package io.fondaco.invoice;

import io.fondaco.platform.postal.PostalAddress;

/** Who issues the invoices of the shop, for other modules. */
public interface Seller {
    /**
     * The address of the seller, as one from which parcels are sent. One statement.
     *
     * @throws io.fondaco.platform.web.ApiException 409 {@code seller_incomplete} without a name, an address, a city or
     *     a country
     */
    PostalAddress requireAddress();
}
