package io.fondaco.importing;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.web.ApiException;
import io.fondaco.productfiles.FileFormat;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stores the bytes of uploaded files until they are imported. Each chunk is stored in a short transaction of its own,
 * so a long upload holds no connection. An interrupted upload never becomes an import.
 */
@ApplicationScoped
class Uploads {
    static final int CHUNK_BYTES = 1 << 20;
    private static final int SWEEP_BATCH = 50;

    /** An upload that receives no data for this long is deleted. */
    private static final Duration IDLE_TIMEOUT = Duration.ofHours(1);

    /** How long after the end of an import the cells of its rejected rows are kept; their reasons stay. */
    private static final Duration REJECTED_ROWS_RETENTION = Duration.ofDays(30);

    private final EntityManager entities;

    Uploads(EntityManager entities) {
        this.entities = entities;
    }

    /**
     * The options of an import.
     *
     * @param currency of prices in columns that do not name one
     * @param createLocations whether unknown locations of stock rows are created
     */
    record ImportOptions(FileKind kind, FileFormat format, String currency, boolean dryRun, boolean createLocations) {
        ImportOptions(FileKind kind, FileFormat format, String currency, boolean dryRun) {
            this(kind, format, currency, dryRun, false);
        }
    }

    @Transactional(Transactional.TxType.REQUIRES_NEW)
    ImportId open(ImportOptions importOptions) {
        ImportId id = ImportId.random();
        insert(id, importOptions, "uploading", null, null);
        return id;
    }

    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void append(ImportId id, int sequence, byte[] body) {
        insertChunk(id, sequence, body);
    }

    /**
     * Enqueues the import after the last byte is stored.
     *
     * @throws ApiException 409 {@code upload_expired} if the upload took too long
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void complete(ImportId id) {
        int completed =
                entities.createNativeQuery("""
                        UPDATE importing.import SET status = 'queued', progressed_at = clock_timestamp()
                         WHERE id = :id AND status = 'uploading'
                        """).setParameter("id", id.value()).executeUpdate();
        if (completed == 0) {
            throw ApiException.conflict(
                    "upload_expired", "The upload received no data for too long; send the file again.");
        }
    }

    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void discard(ImportId id) {
        entities.createNativeQuery("DELETE FROM importing.import WHERE id = :id AND status = 'uploading'")
                .setParameter("id", id.value())
                .executeUpdate();
    }

    /**
     * Enqueues a named file once, whichever pod tries first, in the caller's transaction.
     *
     * @param after the import that must finish first
     * @return its id; empty if a file of this name was enqueued before
     */
    @Transactional(Transactional.TxType.MANDATORY)
    Optional<ImportId> enqueueOnce(String name, ImportOptions importOptions, byte[] body, Optional<ImportId> after) {
        ImportId id = ImportId.random();
        if (insert(id, importOptions, "queued", name, after.orElse(null)) == 0) {
            return Optional.empty();
        }
        int sequence = 0;
        for (int start = 0; start < body.length; start += CHUNK_BYTES) {
            insertChunk(id, sequence++, Arrays.copyOfRange(body, start, Math.min(body.length, start + CHUNK_BYTES)));
        }
        return Optional.of(id);
    }

    private int insert(
            ImportId id, ImportOptions importOptions, String status, @Nullable String name, @Nullable ImportId after) {
        return entities.createNativeQuery("""
                        INSERT INTO importing.import
                               (id, kind, format, currency, dry_run, create_locations, status, name, after_id)
                        VALUES (:id, :kind, :format, :currency, :dryRun, :createLocations, :status, cast(:name AS text),
                                cast(:after AS uuid))
                            ON CONFLICT (name) DO NOTHING
                        """)
                .setParameter("id", id.value())
                .setParameter("kind", importOptions.kind().toString())
                .setParameter("format", importOptions.format().toString())
                .setParameter("currency", importOptions.currency())
                .setParameter("dryRun", importOptions.dryRun())
                .setParameter("createLocations", importOptions.createLocations())
                .setParameter("status", status)
                .setParameter("name", name)
                .setParameter("after", after == null ? null : after.value().toString())
                .executeUpdate();
    }

    private void insertChunk(ImportId id, int sequence, byte[] body) {
        entities.createNativeQuery("INSERT INTO importing.chunk (import_id, seq, body) VALUES (:id, :sequence, :body)")
                .setParameter("id", id.value())
                .setParameter("sequence", sequence)
                .setParameter("body", body)
                .executeUpdate();
    }

    /** One chunk; empty after the last one. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    Optional<byte[]> chunk(ImportId id, int sequence) {
        List<?> bodies = entities.createNativeQuery(
                        "SELECT body FROM importing.chunk WHERE import_id = :id AND seq = :sequence")
                .setParameter("id", id.value())
                .setParameter("sequence", sequence)
                .getResultList();
        return bodies.stream().findFirst().map(body -> (byte[]) body);
    }

    /**
     * Deletes uploads that received no data for too long, and data that finished imports no longer need, at most {@link
     * #SWEEP_BATCH} imports each per run.
     */
    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "upload-sweeping", every = "50s")
    @Scheduled(
            every = "1m",
            delayed = "30s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    @Transactional
    void sweep() {
        entities.createNativeQuery("""
                        DELETE FROM importing.import
                         WHERE id IN (SELECT id FROM importing.import AS upload
                                       WHERE status = 'uploading'
                                         AND created_at < now() - make_interval(secs => :age)
                                         AND NOT EXISTS (SELECT FROM importing.chunk
                                                          WHERE import_id = upload.id
                                                            AND created_at >= now() - make_interval(secs => :age))
                                       ORDER BY created_at, id LIMIT :batch
                                         FOR UPDATE SKIP LOCKED)
                        """)
                .setParameter("age", Seconds.of(IDLE_TIMEOUT))
                .setParameter("batch", SWEEP_BATCH)
                .executeUpdate();
        for (String table : List.of("chunk", "seen")) {
            entities.createNativeQuery("""
                            DELETE FROM importing.%s
                             WHERE import_id IN (SELECT id FROM importing.import AS finished
                                                  WHERE finished_at IS NOT NULL
                                                    AND EXISTS (SELECT FROM importing.%s WHERE import_id = finished.id)
                                                  LIMIT :batch)
                            """.formatted(table, table))
                    .setParameter("batch", SWEEP_BATCH)
                    .executeUpdate();
        }
        entities.createNativeQuery("""
                        DELETE FROM importing.rejected_row
                         WHERE import_id IN (SELECT id FROM importing.import AS finished
                                              WHERE finished_at < now() - make_interval(secs => :age)
                                                AND EXISTS (SELECT FROM importing.rejected_row WHERE import_id = finished.id)
                                              LIMIT :batch)
                        """)
                .setParameter("age", Seconds.of(REJECTED_ROWS_RETENTION))
                .setParameter("batch", SWEEP_BATCH)
                .executeUpdate();
    }
}
