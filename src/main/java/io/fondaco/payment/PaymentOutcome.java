package io.fondaco.payment;

/** The outcome that a provider reports for a payment. */
public enum PaymentOutcome {
    /** The provider holds the money for us; it can be captured. */
    AUTHORIZED,
    /** The money is taken. */
    CAPTURED,
    /** The provider refused the payment. */
    DECLINED,
    /** Not decided yet; the provider reports the result later, by its webhook. */
    PENDING,
    /** The provider did not answer in time; it may have taken the money. */
    UNKNOWN,
    /** The provider has no payment under this reference. */
    NOT_FOUND,
    /** The provider takes no money under this reference, now or later. */
    VOIDED,
    /**
     * No money was requested, and this call will not request any: the circuit breaker is open, the bulkhead is full, or
     * the provider failed before the request.
     */
    PROVIDER_UNAVAILABLE,
    /**
     * The provider holds or took another amount than requested. The payment does not count as paid, and its money is
     * voided or refunded.
     */
    MISMATCHED;

    /** Whether the payment pays for the order. */
    public boolean isSuccessful() {
        return this == AUTHORIZED || this == CAPTURED;
    }

    /** Whether the payment has failed for good and cannot pay for any order. */
    public boolean isFailed() {
        return this == DECLINED || this == VOIDED || this == MISMATCHED;
    }
}
