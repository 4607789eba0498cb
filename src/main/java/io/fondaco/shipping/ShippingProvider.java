package io.fondaco.shipping;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.remote.RemoteAnswers;
import java.util.Optional;

/**
 * A carrier, or a service that asks carriers, for live rates. Every bean of this type can be named by shipping methods.
 * Calls are made outside of any transaction, each in a thread of its own, within {@link RemoteAnswers#TIME_LIMIT} and
 * behind a circuit breaker. A call that takes longer is no longer waited for; the provider ends it itself.
 */
public interface ShippingProvider {
    /** The name that shipping methods use: {@code "test"}. */
    String name();

    /**
     * The current price of a parcel.
     *
     * @return empty if the provider does not deliver this parcel
     * @throws RuntimeException if it does not answer; then the method's own rates apply
     */
    Optional<LiveRate> fetchRate(RateRequest request);

    /**
     * A parcel. Requests that are equal get the same answer for {@link RemoteAnswers#KEPT_FOR}, so it has neither names
     * nor streets.
     *
     * @param method the code of the shipping method
     * @param country ISO 3166-1 alpha-2
     * @param region empty if the address has none
     * @param currency of the price
     * @param goods the price of the goods, before discounts
     */
    record RateRequest(
            String method,
            String country,
            String region,
            String postalCode,
            String city,
            String currency,
            long weightGrams,
            long items,
            Money goods) {}

    /**
     * A price of a provider.
     *
     * @param price zero or more, in the requested currency
     * @param transit how long the parcel takes, if the provider knows
     */
    record LiveRate(Money price, Optional<TransitDays> transit) {}

    /** Calendar days from the order to the delivery; the minimum is not above the maximum. */
    record TransitDays(int min, int max) {}
}
