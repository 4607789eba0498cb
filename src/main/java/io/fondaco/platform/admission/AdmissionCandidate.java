package io.fondaco.platform.admission;

/**
 * A request at the admission gate. It is notified once, without a lock held, by the thread that releases a permit or by
 * the expiry timer.
 */
interface AdmissionCandidate {
    RequestPriority priority();

    /** The request may run; its permit must be returned by {@link AdmissionGate#release}. */
    void admit();

    /** The request has waited longer than allowed. */
    void reject();

    /** Whether the client no longer waits for the response. */
    boolean isCancelled();
}
