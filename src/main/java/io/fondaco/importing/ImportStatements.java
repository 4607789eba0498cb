package io.fondaco.importing;

import io.fondaco.platform.jobs.DueWork;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.Sql;
import io.fondaco.productfiles.FileFormat;
import io.fondaco.productfiles.RowError;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The native SQL of this module: leases in database time, rows that are written in sets, upserts and cleanup. Each
 * method is one statement, in the caller's transaction. An update of a leased job changes nothing if another worker
 * has the lease.
 */
@ApplicationScoped
class ImportStatements {
    /** How long the lease on an import stays valid without renewal; then another worker may take over. */
    private static final Duration LEASE = Duration.ofSeconds(15);

    private static final String UNFINISHED = """
            work.status IN ('queued', 'running')
            AND NOT EXISTS (SELECT FROM importing.import AS earlier
                             WHERE earlier.id = work.after_id AND earlier.finished_at IS NULL)
            """;

    /** Whether an import is due. */
    static final String HAS_DUE_IMPORTS =
            DueWork.in("importing.import").where(UNFINISHED).anyDue();

    private final Sql sql;
    private final DueWork<ClaimedJob> processing;

    ImportStatements(Sql sql) {
        this.sql = sql;
        this.processing = DueWork.in("importing.import")
                .where(UNFINISHED)
                .orderBy("work.created_at, work.id")
                .lease(LEASE)
                .set("""
                        status = 'running',
                        progressed_at = CASE work.status WHEN 'queued' THEN clock_timestamp()
                                                         ELSE work.progressed_at END
                        """)
                .returning(
                        "id, lease, kind, format, currency, dry_run, create_locations, checkpoint_row, attempts",
                        ClaimedJob.class,
                        sql);
    }

    private record ClaimedJob(
            UUID id,
            UUID lease,
            String kind,
            String format,
            String currency,
            boolean dryRun,
            boolean createLocations,
            long checkpointRow,
            int attempts) {

        private ImportLease toLease() {
            return new ImportLease(
                    new ImportId(id),
                    lease,
                    FileKind.ofColumn(kind),
                    FileFormat.valueOf(format.toUpperCase(Locale.ROOT)),
                    currency,
                    dryRun,
                    createLocations,
                    checkpointRow,
                    attempts);
        }
    }

    /** The cells of a row of the file, as a JSON array of texts. */
    record StoredCells(long row, String cells) {}

    /**
     * A row of the file of rejected rows.
     *
     * @param cells as a JSON array of texts; null if they were not kept
     * @param code why it was rejected; null with {@code column} and {@code detail} if it was applied
     */
    record RejectedRow(
            long row,
            @Nullable String cells,
            @Nullable String code,
            @Nullable String column,
            @Nullable String detail) {}

    private record Key(String key) {}

    private record StalledSeconds(double seconds) {}

    /**
     * Inserts a named import that is queued, unless there is one of this name.
     *
     * @param after the import that must finish first
     * @return whether it was inserted
     */
    boolean insertQueued(ImportId id, Uploads.ImportOptions options, String name, @Nullable UUID after) {
        return sql.update("""
                                INSERT INTO importing.import
                                       (id, kind, format, currency, dry_run, create_locations, status, name, after_id)
                                VALUES (:id, :kind, :format, :currency, :dryRun, :createLocations, 'queued', :name,
                                       :after)
                                    ON CONFLICT (name) DO NOTHING
                                """)
                        .setParameter("id", id.value())
                        .setParameter("kind", options.kind().toString())
                        .setParameter("format", options.format().toString())
                        .setParameter("currency", options.currency())
                        .setParameter("dryRun", options.dryRun())
                        .setParameter("createLocations", options.createLocations())
                        .setParameter("name", name)
                        .setParameter("after", after)
                        .executeUpdate()
                == 1;
    }

    /** Queues an import whose upload is complete. @return false if the upload was deleted meanwhile */
    boolean queueUploaded(ImportId id) {
        return sql.update("""
                                UPDATE importing.import SET status = 'queued', progressed_at = clock_timestamp()
                                 WHERE id = :id AND status = 'uploading'
                                """).setParameter("id", id.value()).executeUpdate() == 1;
    }

    /** Leases the oldest job that no worker processes. */
    Optional<ImportLease> claim() {
        return processing.claim(1).stream().findFirst().map(ClaimedJob::toLease);
    }

    /** Extends the lease by another term. @return false if another worker has it */
    boolean extend(ImportLease lease) {
        return processing.extend(lease.id().value(), lease.token());
    }

    /** Ends the lease, unless another worker has it; the job can be claimed after the given time. */
    void release(ImportLease lease, Duration delay) {
        processing.release(lease.id().value(), lease.token(), delay);
    }

    /**
     * Ends a job.
     *
     * @param code why it failed; null with {@code detail} if it is done
     * @return false if another worker has the lease
     */
    boolean finish(ImportLease lease, String status, @Nullable String code, @Nullable String detail) {
        return processing
                        .end(
                                lease.id().value(),
                                lease.token(),
                                "status = :status, failure_code = :code, failure_detail = :detail,"
                                        + " finished_at = clock_timestamp()")
                        .setParameter("status", status)
                        .setParameter("code", code)
                        .setParameter("detail", detail)
                        .executeUpdate()
                == 1;
    }

    /** Adds the counters of a batch, moves the checkpoint and extends the lease of a job that is locked. */
    void addBatch(ImportId id, RowCounts counts, int warnings, int errorsStored, long lastRow) {
        sql.update("""
                        UPDATE importing.import
                           SET created = created + :created, updated = updated + :updated,
                               unchanged = unchanged + :unchanged, rejected = rejected + :rejected,
                               warnings = warnings + :warnings, errors_stored = errors_stored + :errorsStored,
                               checkpoint_row = :lastRow, attempts = 0, progressed_at = clock_timestamp(),
                               leased_until = clock_timestamp() + make_interval(secs => :lease)
                         WHERE id = :id
                        """)
                .setParameter("created", counts.created())
                .setParameter("updated", counts.updated())
                .setParameter("unchanged", counts.unchanged())
                .setParameter("rejected", counts.rejected())
                .setParameter("warnings", warnings)
                .setParameter("errorsStored", errorsStored)
                .setParameter("lastRow", lastRow)
                .setParameter("lease", Seconds.of(LEASE))
                .setParameter("id", id.value())
                .executeUpdate();
    }

    /**
     * Inserts row errors up to the maximum per import.
     *
     * @param max the maximum, without those that were stored for the same batch and are not counted yet
     * @return how many were inserted
     */
    int insertRowErrors(ImportId id, List<RowError> errors, boolean warning, int max) {
        return sql.update("""
                        INSERT INTO importing.row_error (import_id, row, "column", code, detail, warning)
                        SELECT cast(:id AS uuid), row, "column", code, detail, :warning
                          FROM unnest(cast(:rows AS bigint[]), cast(:columns AS text[]), cast(:codes AS text[]),
                                      cast(:details AS text[])) AS error (row, "column", code, detail)
                         ORDER BY row
                         LIMIT greatest(0, :max - (SELECT errors_stored FROM importing.import WHERE id = :id))
                        """)
                .setParameter("id", id.value())
                .setParameter("rows", errors.stream().map(RowError::row).toArray(Long[]::new))
                .setParameter("columns", errors.stream().map(RowError::column).toArray(String[]::new))
                .setParameter("codes", errors.stream().map(RowError::code).toArray(String[]::new))
                .setParameter("details", errors.stream().map(RowError::detail).toArray(String[]::new))
                .setParameter("warning", warning)
                .setParameter("max", max)
                .executeUpdate();
    }

    /** Inserts keys that a file has. @return those that it did not have yet */
    Stream<String> insertSeenKeys(ImportId id, List<String> keys) {
        return sql
                .query("""
                        INSERT INTO importing.seen (import_id, key)
                        SELECT cast(:id AS uuid), key FROM unnest(cast(:keys AS text[])) AS key
                            ON CONFLICT DO NOTHING
                        RETURNING key
                        """, Key.class)
                .setParameter("id", id.value())
                .setParameter("keys", keys.toArray(String[]::new))
                .getResultList()
                .stream()
                .map(Key::key);
    }

    /** Inserts the cells of rejected rows and of the rows that belong to them. */
    void insertRejectedRows(ImportId id, List<StoredCells> rows) {
        sql.update("""
                        INSERT INTO importing.rejected_row (import_id, row, cells)
                        SELECT cast(:id AS uuid), row, cast(cells AS json)
                          FROM unnest(cast(:rows AS bigint[]), cast(:cells AS text[])) AS rejected (row, cells)
                        """)
                .setParameter("id", id.value())
                .setParameter("rows", rows.stream().map(StoredCells::row).toArray(Long[]::new))
                .setParameter("cells", rows.stream().map(StoredCells::cells).toArray(String[]::new))
                .executeUpdate();
    }

    /** One page of the file of rejected rows, in file order. */
    List<RejectedRow> listRejectedRows(ImportId id, long after, int limit) {
        return sql.query("""
                        SELECT at.row, cast(kept.cells AS text) AS cells, error.code, error."column", error.detail
                          FROM ((SELECT row FROM importing.rejected_row
                                  WHERE import_id = :id AND row > :after ORDER BY row LIMIT :limit)
                                 UNION
                                (SELECT row FROM importing.row_error
                                  WHERE import_id = :id AND row > :after AND NOT warning ORDER BY row LIMIT :limit)
                                 ORDER BY row LIMIT :limit) AS at
                          LEFT JOIN importing.rejected_row AS kept ON kept.import_id = :id AND kept.row = at.row
                          LEFT JOIN importing.row_error AS error
                                 ON error.import_id = :id AND error.row = at.row AND NOT error.warning
                         ORDER BY at.row
                        """, RejectedRow.class)
                .setParameter("id", id.value())
                .setParameter("after", after)
                .setParameter("limit", limit)
                .getResultList();
    }

    /**
     * Seconds since the last progress of a running job or, if none runs, of a queued one; the maximum if there are
     * several, 0 if there is none.
     */
    double stalledSeconds() {
        return sql.query("""
                        SELECT cast(greatest(0, max(extract(epoch FROM now() - coalesce(progressed_at, created_at))))
                                    AS double precision) AS seconds
                          FROM importing.import
                         WHERE status IN ('queued', 'running')
                           AND (status = 'running'
                                OR NOT EXISTS (SELECT FROM importing.import WHERE status = 'running'))
                        """, StalledSeconds.class)
                .timeout(GaugeSnapshot.STATEMENT_TIMEOUT)
                .getSingleResult()
                .seconds();
    }

    /** Deletes uploads that received no data for the given time, up to {@code limit}. */
    void deleteAbandonedUploads(double ageSeconds, int limit) {
        sql.update("""
                        DELETE FROM importing.import
                         WHERE id IN (SELECT id FROM importing.import AS upload
                                       WHERE status = 'uploading'
                                         AND created_at < now() - make_interval(secs => :age)
                                         AND NOT EXISTS (SELECT FROM importing.chunk
                                                          WHERE import_id = upload.id
                                                            AND created_at >= now() - make_interval(secs => :age))
                                       ORDER BY created_at, id LIMIT :limit
                                         FOR UPDATE SKIP LOCKED)
                        """)
                .setParameter("age", ageSeconds)
                .setParameter("limit", limit)
                .executeUpdate();
    }

    /** Deletes the files of up to {@code limit} imports that have ended. */
    void deleteFinishedChunks(int limit) {
        sql.update("""
                        DELETE FROM importing.chunk
                         WHERE import_id IN (SELECT id FROM importing.import AS finished
                                              WHERE finished_at IS NOT NULL
                                                AND EXISTS (SELECT FROM importing.chunk WHERE import_id = finished.id)
                                              LIMIT :limit)
                        """).setParameter("limit", limit).executeUpdate();
    }

    /** Deletes the keys of up to {@code limit} imports that have ended. */
    void deleteFinishedSeenKeys(int limit) {
        sql.update("""
                        DELETE FROM importing.seen
                         WHERE import_id IN (SELECT id FROM importing.import AS finished
                                              WHERE finished_at IS NOT NULL
                                                AND EXISTS (SELECT FROM importing.seen WHERE import_id = finished.id)
                                              LIMIT :limit)
                        """).setParameter("limit", limit).executeUpdate();
    }

    /** Deletes the cells of up to {@code limit} imports that ended before the given time. */
    void deleteOldRejectedRows(double ageSeconds, int limit) {
        sql.update("""
                        DELETE FROM importing.rejected_row
                         WHERE import_id IN (SELECT id FROM importing.import AS finished
                                              WHERE finished_at < now() - make_interval(secs => :age)
                                                AND EXISTS (SELECT FROM importing.rejected_row
                                                             WHERE import_id = finished.id)
                                              LIMIT :limit)
                        """)
                .setParameter("age", ageSeconds)
                .setParameter("limit", limit)
                .executeUpdate();
    }
}
