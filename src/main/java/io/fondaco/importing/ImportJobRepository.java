package io.fondaco.importing;

import io.fondaco.importing.ImportLease.ImportLeaseLost;
import io.fondaco.platform.csv.MalformedCsv;
import io.fondaco.productfiles.RowError;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/**
 * Stores the import jobs, their leases and their checkpoints. A lease in database time decides which worker processes a
 * job. The effect and the checkpoint of a batch commit together, so a job that is taken over continues after the last
 * batch that took effect.
 */
@ApplicationScoped
class ImportJobRepository {
    private final Session session;
    private final ImportStatements statements;

    ImportJobRepository(Session session, ImportStatements statements) {
        this.session = session;
        this.statements = statements;
    }

    /** Leases the oldest job that no worker processes. One statement. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    Optional<ImportLease> claim() {
        return statements.claim();
    }

    /**
     * Extends the lease by another term.
     *
     * @throws ImportLeaseLost if another worker has it
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void renew(ImportLease importLease) {
        if (!statements.extend(importLease)) {
            throw new ImportLeaseLost(importLease.id());
        }
    }

    /**
     * Saves the columns of the file, for the list of ignored columns and the download of rejected rows. Later calls for
     * the same job do nothing.
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void saveColumns(ImportLease importLease, List<String> header, List<String> ignored) {
        session.createMutationQuery("""
                        update ImportJob set header = :header, ignoredColumns = :ignored
                         where id = :id and lease = :lease and status = 'running' and header is null
                        """)
                .setParameter("header", header)
                .setParameter("ignored", ignored)
                .setParameter("id", importLease.id().value())
                .setParameter("lease", importLease.token())
                .executeUpdate();
    }

    /**
     * Begins a batch: locks the job row, so that no other worker can take the job until the caller's transaction ends.
     *
     * @return the last row that took effect
     * @throws ImportLeaseLost if another worker has the job
     */
    @Transactional(Transactional.TxType.MANDATORY)
    long lock(ImportLease importLease) {
        return session.createSelectionQuery("""
                        select checkpointRow from ImportJob
                         where id = :id and lease = :lease and status = 'running'
                        """, Long.class)
                .setParameter("id", importLease.id().value())
                .setParameter("lease", importLease.token())
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .uniqueResultOptional()
                .orElseThrow(() -> new ImportLeaseLost(importLease.id()));
    }

    /** Ends a batch: saves counters, errors, warnings and the checkpoint. At most three statements. */
    @Transactional(Transactional.TxType.MANDATORY)
    void record(ImportLease importLease, BatchResult batchResult, long lastRow) {
        List<RowError> errors = batchResult.errors();
        int stored = errors.isEmpty() ? 0 : saveRowErrors(importLease.id(), errors, false, 0);
        List<RowError> warnings = batchResult.warnings();
        stored += warnings.isEmpty() ? 0 : saveRowErrors(importLease.id(), warnings, true, stored);
        statements.addBatch(importLease.id(), batchResult.counts(), warnings.size(), stored, lastRow);
    }

    /** @param justKept row errors stored for the same batch that are not in {@code errors_stored} yet */
    private int saveRowErrors(ImportId id, List<RowError> errors, boolean warning, int justKept) {
        return statements.insertRowErrors(id, errors, warning, RejectedRows.MAX_ERRORS - justKept);
    }

    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void finish(ImportLease importLease) {
        setFinalStatus(importLease, "done", null, null);
    }

    /** Fails a job whose file cannot be read any further; the broken row counts as rejected. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void failBrokenFile(ImportLease importLease, MalformedCsv broken) {
        RowError error = new RowError(broken.row(), "", broken.code(), broken.detail());
        long checkpointRow = lock(importLease);
        if (error.row() > checkpointRow) {
            BatchResult batchResult = new BatchResult();
            batchResult.reject(error);
            record(importLease, batchResult, error.row());
        }
        setFinalStatus(importLease, "failed", error.code(), "Row %d: %s".formatted(error.row(), error.detail()));
    }

    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void fail(ImportLease importLease, String code, String detail) {
        setFinalStatus(importLease, "failed", code, detail);
    }

    private void setFinalStatus(
            ImportLease importLease, String status, @Nullable String code, @Nullable String detail) {
        if (!statements.finish(importLease, status, code, detail)) {
            throw new ImportLeaseLost(importLease.id());
        }
    }

    /** Releases the lease, so that another worker can take the job after the delay. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void release(ImportLease importLease, Duration delay) {
        statements.release(importLease, delay);
    }

    /**
     * Records the keys of products, SKUs or stock rows that the file has.
     *
     * @return the keys that an earlier row had already
     */
    @Transactional(Transactional.TxType.MANDATORY)
    List<String> recordSeenKeys(ImportId id, List<String> keys) {
        if (keys.isEmpty()) {
            return List.of();
        }
        Set<String> newKeys = statements.insertSeenKeys(id, keys).collect(Collectors.toSet());
        return keys.stream().filter(key -> !newKeys.contains(key)).toList();
    }

    /**
     * Seconds since the last progress of a running job or, if none runs, of a queued one; the maximum if there are
     * several, 0 if there is none. One statement.
     */
    double stalledSeconds() {
        return statements.stalledSeconds();
    }
}
