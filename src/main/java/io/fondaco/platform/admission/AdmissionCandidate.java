package io.fondaco.platform.admission;

/** A request before the gate. It is told once, with no lock held: by whoever leaves, or by the sweep. */
interface AdmissionCandidate {
    RequestPriority priority();

    /** It has a place, to be given back by {@link AdmissionGate#release}. */
    void admit();

    /** It has waited for longer than it may. */
    void reject();

    /** Whether nobody waits for its answer any more. */
    boolean isCancelled();
}
