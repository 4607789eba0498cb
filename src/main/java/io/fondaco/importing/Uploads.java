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
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

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

    private final Session session;
    private final ImportStatements statements;

    Uploads(Session session, ImportStatements statements) {
        this.session = session;
        this.statements = statements;
    }

    /** One piece of an uploaded file. */
    @Entity(name = "UploadChunk")
    @IdClass(UploadChunkId.class)
    @Table(schema = "importing", name = "chunk")
    static class UploadChunk {
        @Id
        @Column(name = "import_id")
        UUID importId;

        @Id
        @Column(name = "seq")
        int sequence;

        byte[] body;
    }

    record UploadChunkId(UUID importId, int sequence) {}

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
        session.persist(ImportJob.uploading(id, importOptions));
        session.flush();
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
        if (!statements.queueUploaded(id)) {
            throw ApiException.conflict(
                    "upload_expired", "The upload received no data for too long; send the file again.");
        }
    }

    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void discard(ImportId id) {
        session.createMutationQuery("delete from ImportJob where id = :id and status = 'uploading'")
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
        if (!statements.insertQueued(
                id, importOptions, name, after.map(ImportId::value).orElse(null))) {
            return Optional.empty();
        }
        int sequence = 0;
        for (int start = 0; start < body.length; start += CHUNK_BYTES) {
            insertChunk(id, sequence++, Arrays.copyOfRange(body, start, Math.min(body.length, start + CHUNK_BYTES)));
        }
        return Optional.of(id);
    }

    /** Inserts immediately, because the session keeps no more than one chunk in memory. */
    private void insertChunk(ImportId id, int sequence, byte[] body) {
        UploadChunk chunk = new UploadChunk();
        chunk.importId = id.value();
        chunk.sequence = sequence;
        chunk.body = body;
        session.persist(chunk);
        session.flush();
        session.flush();
        session.detach(chunk);
    }

    /** One chunk; empty after the last one. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    Optional<byte[]> chunk(ImportId id, int sequence) {
        return session.createSelectionQuery(
                        "select body from UploadChunk where importId = :id and sequence = :sequence", byte[].class)
                .setParameter("id", id.value())
                .setParameter("sequence", sequence)
                .uniqueResultOptional();
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
        statements.deleteAbandonedUploads(Seconds.of(IDLE_TIMEOUT), SWEEP_BATCH);
        statements.deleteFinishedChunks(SWEEP_BATCH);
        statements.deleteFinishedSeenKeys(SWEEP_BATCH);
        statements.deleteOldRejectedRows(Seconds.of(REJECTED_ROWS_RETENTION), SWEEP_BATCH);
    }
}
