package io.fondaco.payment;

import java.util.Optional;

/**
 * The result that a provider reports for a refund.
 *
 * @param state FAILED if the provider refuses it for good; PENDING if it must be queried again
 * @param providerReference the provider's own id of the refund, if it has one
 */
public record RefundResult(Refund.State state, Optional<String> providerReference) {
    public static RefundResult of(Refund.State state) {
        return new RefundResult(state, Optional.empty());
    }
}
