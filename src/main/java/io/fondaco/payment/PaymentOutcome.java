package io.fondaco.payment;

/** What a provider says about a payment. */
public enum PaymentOutcome {
    /** The money is promised, and can be captured. */
    AUTHORIZED,
    /** The money is taken. */
    CAPTURED,
    /** The money will not be had. */
    DECLINED,
    /** The provider will tell later, by its webhook. */
    PENDING,
    /** The provider did not answer in time; it may have taken the money. */
    UNKNOWN,
    /** The provider knows nothing of this reference. */
    NOT_FOUND,
    /** The provider will take nothing under this reference, now or later. */
    VOIDED,
    /** The provider was not asked for money, and will not be by this call: it is known to be away, or too busy. */
    PROVIDER_UNAVAILABLE,
    /** The provider holds, or took, another amount than it was asked for. It is not paid, and what there is goes back. */
    MISMATCHED;

    /** Whether the order stands on it. */
    public boolean isSuccessful() {
        return this == AUTHORIZED || this == CAPTURED;
    }

    /** Whether no order will ever stand on it. */
    public boolean isFailed() {
        return this == DECLINED || this == VOIDED || this == MISMATCHED;
    }
}
