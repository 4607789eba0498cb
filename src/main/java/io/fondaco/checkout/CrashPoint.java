package io.fondaco.checkout;

/** The boundaries between the steps of a completion, in their order: where a crash leaves different things behind. */
enum CrashPoint {
    /** Everything is set aside, nothing of it committed. */
    SET_ASIDE_UNCOMMITTED,
    /** Committed; the provider has not been asked. */
    SET_ASIDE,
    /** The provider has answered; nobody else knows. */
    ANSWERED,
    /** The conclusion is written, and not committed. */
    CONCLUDED_UNCOMMITTED,
    /** Committed; the client has no answer. */
    CONCLUDED
}
