package io.fondaco.faults;

import io.fondaco.faults.CrashAgent.CrashSite;

/** The boundaries between the steps of a checkout attempt, in order; a crash leaves a different state at each. */
enum CrashPoint {
    /** The checkout attempt is prepared and not committed. */
    PREPARED_UNCOMMITTED("PrepareCheckout", "prepare", "after", "insert"),
    /** The prepared attempt is committed; the provider has not been called. */
    PREPARED("CompleteCart", "complete", "before", "authorize"),
    /** The provider has answered; its answer is not stored. */
    ANSWERED("CompleteCart", "complete", "after", "authorize"),
    /** The attempt is finalized and not committed. */
    FINALIZED_UNCOMMITTED("FinalizeCheckout", "finalizeReserved", "after", "endWithResponse"),
    /** The finalized attempt is committed; the client has no response. */
    FINALIZED("CompleteCart", "complete", "after", "applyPaymentResult");

    private final CrashSite site;

    CrashPoint(String className, String method, String side, String callee) {
        this.site = new CrashSite("io.fondaco.checkout." + className, method, side, callee);
    }

    CrashSite site() {
        return site;
    }
}
