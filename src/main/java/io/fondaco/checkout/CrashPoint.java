package io.fondaco.checkout;

/** The boundaries between the steps of a checkout attempt, in order; a crash leaves a different state at each. */
enum CrashPoint {
    /** The checkout attempt is prepared and not committed. */
    SET_ASIDE_UNCOMMITTED,
    /** The prepared attempt is committed; the provider has not been called. */
    SET_ASIDE,
    /** The provider has answered; its answer is not stored. */
    ANSWERED,
    /** The attempt is finalized and not committed. */
    CONCLUDED_UNCOMMITTED,
    /** The finalized attempt is committed; the client has no response. */
    CONCLUDED
}
