package io.fondaco.importing;

import io.fondaco.productfiles.FileFormat;
import java.util.UUID;

/**
 * The time-limited right of one worker to process an import job.
 *
 * @param token distinguishes this claim of the job from a later one, even by the same pod
 * @param checkpointRow the checkpoint when the lease was taken
 * @param attempts consecutive attempts without progress, including this one
 */
record ImportLease(
        ImportId id,
        UUID token,
        FileKind kind,
        FileFormat format,
        String currency,
        boolean dryRun,
        boolean createLocations,
        long checkpointRow,
        int attempts) {

    /** Another worker has the import job now: the former holder must not write any more. */
    static final class ImportLeaseLost extends RuntimeException {
        ImportLeaseLost(ImportId id) {
            super("The lease on " + id + " is lost");
        }
    }
}
