package io.fondaco.shipping;

import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import java.util.List;
import java.util.Set;

/** Shipping, for other modules. */
public interface Shipping {
    /** The shipping profile of products that name no other one, or one that does not exist. */
    String DEFAULT_PROFILE = "default";

    /**
     * The available shipping methods, cheapest first. Without a destination only methods that need no address are
     * available. No statement if the methods are cached, else three.
     *
     * <p>Missing live rates are requested from their provider, within a time limit. In a transaction that {@link
     * io.fondaco.platform.transactions.RetriedWrites} began, this throws {@link
     * io.fondaco.platform.transactions.CallOutsideTransaction}, so that the request is made after the rollback. In any
     * other transaction no provider is called: the method's own rates apply, or the method is not available.
     *
     * @throws ArithmeticException if the weight of the lines exceeds what a {@code long} holds
     */
    List<ShippingQuote> listQuotes(ShippingRequest request, CachedReads reads);

    /** Those of the codes that are not shipping profiles. One statement. */
    Set<String> unknownProfiles(Set<String> codes);
}
