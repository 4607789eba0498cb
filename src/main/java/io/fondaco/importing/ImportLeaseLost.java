package io.fondaco.importing;

/** Another worker has the import job now: the former holder must not write any more. */
final class ImportLeaseLost extends RuntimeException {
    ImportLeaseLost(ImportId id) {
        super("The lease on " + id + " is lost");
    }
}
