package io.fondaco.importing;

import io.fondaco.productfiles.FileFormat;
import java.util.UUID;

/**
 * The time-limited right of one worker to process an import job.
 *
 * @param holder this attempt; another attempt, even by the same pod, is another holder
 * @param checkpointRow the checkpoint when the lease was taken
 * @param attempts consecutive attempts without progress, including this one
 */
record ImportLease(
        ImportId id,
        UUID holder,
        FileKind kind,
        FileFormat format,
        String currency,
        boolean dryRun,
        boolean createLocations,
        long checkpointRow,
        int attempts) {}
