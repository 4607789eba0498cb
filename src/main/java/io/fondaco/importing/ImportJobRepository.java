package io.fondaco.importing;

import io.fondaco.platform.csv.MalformedCsv;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.productfiles.FileFormat;
import io.fondaco.productfiles.RowError;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Stores the import jobs, their leases and their checkpoints. A lease in database time decides which worker processes a
 * job. The effect and the checkpoint of a batch commit together, so a job that is taken over continues after the last
 * batch that took effect.
 */
@ApplicationScoped
class ImportJobRepository {
    private final EntityManager entities;
    private final ImportingSettings settings;

    ImportJobRepository(EntityManager entities, ImportingSettings settings) {
        this.entities = entities;
        this.settings = settings;
    }

    /** Leases the oldest job that no worker processes. One statement. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    Optional<ImportLease> claim() {
        UUID holder = UUID.randomUUID();
        List<?> claimed = entities.createNativeQuery("""
                        UPDATE importing.import
                           SET status = 'running', locked_by = :holder, attempts = attempts + 1,
                               progressed_at = CASE status WHEN 'queued' THEN clock_timestamp() ELSE progressed_at END,
                               locked_until = clock_timestamp() + make_interval(secs => :lease)
                         WHERE id = (SELECT id FROM importing.import AS open
                                      WHERE status IN ('queued', 'running')
                                        AND (locked_until IS NULL OR locked_until < clock_timestamp())
                                        AND NOT EXISTS (SELECT FROM importing.import AS earlier
                                                         WHERE earlier.id = open.after_id AND earlier.finished_at IS NULL)
                                      ORDER BY created_at, id
                                      LIMIT 1
                                        FOR UPDATE SKIP LOCKED)
                        RETURNING id, kind, format, currency, dry_run, create_locations, checkpoint_row, attempts
                        """, Tuple.class)
                .setParameter("holder", holder)
                .setParameter("lease", leaseSeconds())
                .getResultList();
        return claimed.stream().findFirst().map(row -> lease((Tuple) row, holder));
    }

    private static ImportLease lease(Tuple row, UUID holder) {
        return new ImportLease(
                new ImportId(row.get("id", UUID.class)),
                holder,
                FileKind.valueOf(row.get("kind", String.class).toUpperCase(Locale.ROOT)),
                FileFormat.valueOf(row.get("format", String.class).toUpperCase(Locale.ROOT)),
                row.get("currency", String.class),
                row.get("dry_run", Boolean.class),
                row.get("create_locations", Boolean.class),
                row.get("checkpoint_row", Number.class).longValue(),
                row.get("attempts", Number.class).intValue());
    }

    /**
     * Extends the lease by another term.
     *
     * @throws ImportLeaseLost if another worker has it
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void renew(ImportLease importLease) {
        int renewed = entities.createNativeQuery("""
                        UPDATE importing.import
                           SET locked_until = clock_timestamp() + make_interval(secs => :lease)
                         WHERE id = :id AND locked_by = :holder AND status = 'running'
                        """)
                .setParameter("lease", leaseSeconds())
                .setParameter("id", importLease.id().value())
                .setParameter("holder", importLease.holder())
                .executeUpdate();
        if (renewed == 0) {
            throw new ImportLeaseLost(importLease.id());
        }
    }

    /**
     * Saves the columns of the file, for the list of ignored columns and the download of rejected rows. Later calls for
     * the same job do nothing.
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void saveColumns(ImportLease importLease, List<String> header, List<String> ignored) {
        entities.createNativeQuery("""
                        UPDATE importing.import
                           SET header = cast(:header AS text[]), ignored_columns = cast(:ignored AS text[])
                         WHERE id = :id AND locked_by = :holder AND status = 'running' AND header IS NULL
                        """)
                .setParameter("header", header.toArray(String[]::new))
                .setParameter("ignored", ignored.toArray(String[]::new))
                .setParameter("id", importLease.id().value())
                .setParameter("holder", importLease.holder())
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
        List<?> rows = entities.createNativeQuery("""
                        SELECT checkpoint_row FROM importing.import
                         WHERE id = :id AND locked_by = :holder AND status = 'running'
                           FOR UPDATE
                        """)
                .setParameter("id", importLease.id().value())
                .setParameter("holder", importLease.holder())
                .getResultList();
        if (rows.isEmpty()) {
            throw new ImportLeaseLost(importLease.id());
        }
        return (Long) rows.getFirst();
    }

    /** Ends a batch: saves counters, errors, warnings and the checkpoint. At most three statements. */
    @Transactional(Transactional.TxType.MANDATORY)
    void record(ImportLease importLease, BatchResult batchResult, long lastRow) {
        List<RowError> errors = batchResult.errors();
        int stored = errors.isEmpty() ? 0 : saveRowErrors(importLease.id(), errors, false, 0);
        List<RowError> warnings = batchResult.warnings();
        stored += warnings.isEmpty() ? 0 : saveRowErrors(importLease.id(), warnings, true, stored);
        RowCounts counts = batchResult.counts();
        entities.createNativeQuery("""
                        UPDATE importing.import
                           SET created = created + :created, updated = updated + :updated,
                               unchanged = unchanged + :unchanged, rejected = rejected + :rejected,
                               warnings = warnings + :warnings, errors_stored = errors_stored + :kept, checkpoint_row = :lastRow, attempts = 0,
                               progressed_at = clock_timestamp(),
                               locked_until = clock_timestamp() + make_interval(secs => :lease)
                         WHERE id = :id
                        """)
                .setParameter("created", counts.created())
                .setParameter("updated", counts.updated())
                .setParameter("unchanged", counts.unchanged())
                .setParameter("rejected", counts.rejected())
                .setParameter("warnings", warnings.size())
                .setParameter("kept", stored)
                .setParameter("lastRow", lastRow)
                .setParameter("lease", leaseSeconds())
                .setParameter("id", importLease.id().value())
                .executeUpdate();
    }

    /** @param justKept row errors stored for the same batch that are not in {@code errors_stored} yet */
    private int saveRowErrors(ImportId id, List<RowError> errors, boolean warning, int justKept) {
        return entities.createNativeQuery("""
                        INSERT INTO importing.row_error (import_id, row, "column", code, detail, warning)
                        SELECT cast(:id AS uuid), row, "column", code, detail, :warning
                          FROM unnest(cast(:rows AS bigint[]), cast(:columns AS text[]), cast(:codes AS text[]),
                                      cast(:details AS text[])) AS error (row, "column", code, detail)
                         ORDER BY row
                         LIMIT greatest(0, :max - :justKept - (SELECT errors_stored FROM importing.import WHERE id = :id))
                        """)
                .setParameter("id", id.value())
                .setParameter("rows", errors.stream().map(RowError::row).toArray(Long[]::new))
                .setParameter("columns", errors.stream().map(RowError::column).toArray(String[]::new))
                .setParameter("codes", errors.stream().map(RowError::code).toArray(String[]::new))
                .setParameter("details", errors.stream().map(RowError::detail).toArray(String[]::new))
                .setParameter("max", RejectedRows.MAX_ERRORS)
                .setParameter("warning", warning)
                .setParameter("justKept", justKept)
                .executeUpdate();
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
        int ended = entities.createNativeQuery("""
                        UPDATE importing.import
                           SET status = :status, failure_code = cast(:code AS text), failure_detail = cast(:detail AS text),
                               finished_at = clock_timestamp(), locked_by = NULL, locked_until = NULL
                         WHERE id = :id AND locked_by = :holder AND status = 'running'
                        """)
                .setParameter("status", status)
                .setParameter("code", code)
                .setParameter("detail", detail)
                .setParameter("id", importLease.id().value())
                .setParameter("holder", importLease.holder())
                .executeUpdate();
        if (ended == 0) {
            throw new ImportLeaseLost(importLease.id());
        }
    }

    /** Releases the lease, so that another worker can take the job after {@code afterSeconds}. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void release(ImportLease importLease, double afterSeconds) {
        entities.createNativeQuery("""
                        UPDATE importing.import
                           SET locked_until = clock_timestamp() + make_interval(secs => :after)
                         WHERE id = :id AND locked_by = :holder AND status = 'running'
                        """)
                .setParameter("after", afterSeconds)
                .setParameter("id", importLease.id().value())
                .setParameter("holder", importLease.holder())
                .executeUpdate();
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
        List<?> inserted = entities.createNativeQuery("""
                        INSERT INTO importing.seen (import_id, key)
                        SELECT cast(:id AS uuid), key FROM unnest(cast(:keys AS text[])) AS key
                            ON CONFLICT DO NOTHING
                        RETURNING key
                        """)
                .setParameter("id", id.value())
                .setParameter("keys", keys.toArray(String[]::new))
                .getResultList();
        if (inserted.size() == keys.size()) {
            return List.of();
        }
        var newKeys = new HashSet<Object>(inserted);
        return keys.stream().filter(key -> !newKeys.contains(key)).toList();
    }

    /**
     * Seconds since the last progress of a running job or, if none runs, of a queued one; the maximum if there are
     * several, 0 if there is none. One statement.
     */
    double stalledSeconds() {
        Number seconds = (Number) entities.createNativeQuery("""
                        SELECT cast(coalesce(max(extract(epoch FROM now() - coalesce(progressed_at, created_at))), 0)
                                    AS double precision)
                          FROM importing.import
                         WHERE status IN ('queued', 'running')
                           AND (status = 'running'
                                OR NOT EXISTS (SELECT FROM importing.import WHERE status = 'running'))
                        """)
                .setHint("jakarta.persistence.query.timeout", GaugeSnapshot.STATEMENT_TIMEOUT_MILLIS)
                .getSingleResult();
        return Math.max(0, seconds.doubleValue());
    }

    private double leaseSeconds() {
        return Seconds.of(settings.lease());
    }
}
