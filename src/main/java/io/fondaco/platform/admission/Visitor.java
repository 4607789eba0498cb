package io.fondaco.platform.admission;

/** A request before the gate. It is told once, with no lock held: by whoever leaves, or by the sweep. */
interface Visitor {
    Priority priority();

    /** It has a place, to be given back by {@link Gate#leave}. */
    void admit();

    /** It has waited for longer than it may. */
    void refuse();

    /** Whether nobody waits for its answer any more. */
    boolean isGone();
}
