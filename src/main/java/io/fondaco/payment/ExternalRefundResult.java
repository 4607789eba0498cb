package io.fondaco.payment;

import java.util.Optional;

/**
 * Result of recording a refund that was made at the provider.
 *
 * @param refund the recorded refund; empty if it was recorded before, failed, or exceeds the refundable amount
 * @param retryLater whether it exceeds the refundable amount only while a refund of ours is pending: record it again
 *     after that refund has ended
 */
public record ExternalRefundResult(Optional<Refund> refund, boolean retryLater) {
    static final ExternalRefundResult NOT_RECORDED = new ExternalRefundResult(Optional.empty(), false);
    static final ExternalRefundResult RETRY_LATER = new ExternalRefundResult(Optional.empty(), true);
}
