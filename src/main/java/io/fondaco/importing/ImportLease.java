package io.fondaco.importing;

import java.util.UUID;

/**
 * The right to work on an import, until it runs out.
 *
 * @param holder this attempt; another attempt, even of the same pod, is another holder
 * @param checkpointRow the checkpoint when the lease was taken
 * @param attempts how many times in a row, this one included, the import was taken up without getting on
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
