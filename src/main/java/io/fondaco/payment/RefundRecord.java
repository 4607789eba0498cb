package io.fondaco.payment;

import java.util.Optional;

/**
 * What came of writing down a refund that was made at the provider.
 *
 * @param refund that was written down; empty if it is known already, failed, or does not fit
 * @param later whether it does not fit while a refund of ours is pending: try again when that has ended
 */
public record RefundRecord(Optional<Refund> refund, boolean later) {
    static final RefundRecord NONE = new RefundRecord(Optional.empty(), false);
    static final RefundRecord LATER = new RefundRecord(Optional.empty(), true);
}
