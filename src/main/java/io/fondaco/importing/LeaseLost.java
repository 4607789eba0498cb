package io.fondaco.importing;

/** Another worker has taken over: this one must not write any more. */
final class LeaseLost extends RuntimeException {
    LeaseLost(ImportId id) {
        super("The lease on " + id + " is lost");
    }
}
