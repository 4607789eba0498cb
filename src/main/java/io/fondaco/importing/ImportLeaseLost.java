package io.fondaco.importing;

/** Another worker has taken over: this one must not write any more. */
final class ImportLeaseLost extends RuntimeException {
    ImportLeaseLost(ImportId id) {
        super("The lease on " + id + " is lost");
    }
}
