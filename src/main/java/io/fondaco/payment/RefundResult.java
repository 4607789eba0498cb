package io.fondaco.payment;

import java.util.Optional;

/**
 * What a provider says about a refund.
 *
 * @param state FAILED if it refuses for good; PENDING if it is to be asked again
 * @param providerReference the provider's own id of it, if it has one
 */
public record RefundResult(Refund.State state, Optional<String> providerReference) {
    public static RefundResult of(Refund.State state) {
        return new RefundResult(state, Optional.empty());
    }
}
