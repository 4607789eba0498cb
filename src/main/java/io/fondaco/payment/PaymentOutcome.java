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
    VOIDED;

    /** Whether the order stands on it. */
    public boolean paid() {
        return this == AUTHORIZED || this == CAPTURED;
    }

    /** Whether there is no money, and never will be. */
    public boolean refused() {
        return this == DECLINED || this == VOIDED;
    }
}
