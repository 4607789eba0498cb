package io.fondaco.payment;

import java.util.Optional;

/**
 * What came of writing down a refund that was made at the provider.
 *
 * @param refund that was written down; empty if it is known already, failed, or does not fit
 * @param retryLater whether it does not fit while a refund of ours is pending: try again when that has ended
 */
public record ExternalRefundResult(Optional<Refund> refund, boolean retryLater) {
    static final ExternalRefundResult NOT_RECORDED = new ExternalRefundResult(Optional.empty(), false);
    static final ExternalRefundResult RETRY_LATER = new ExternalRefundResult(Optional.empty(), true);
}
