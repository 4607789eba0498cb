package io.fondaco.importing;

import io.fondaco.productfiles.FileFormat;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Converter;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.hibernate.annotations.DynamicInsert;
import org.jspecify.annotations.Nullable;

/**
 * A stored import job. {@link ImportStatements} changes it by conditional updates in database time, which compare the
 * holder of its lease, so an entity is only inserted and queried. Columns without a value get their default.
 */
@Entity
@DynamicInsert
@Table(schema = "importing", name = "import")
class ImportJob {
    @Id
    UUID id;

    @Convert(converter = KindConverter.class)
    FileKind kind;

    @Convert(converter = FormatConverter.class)
    FileFormat format;

    String currency;

    @Column(name = "dry_run")
    boolean dryRun;

    @Column(name = "create_locations")
    boolean createLocations;

    String status;

    @Nullable
    String name;

    long created;

    long updated;

    long unchanged;

    long rejected;

    long warnings;

    /** The last row whose effect is committed; the header is row 1. */
    @Column(name = "checkpoint_row")
    long checkpointRow = 1;

    @Column(name = "errors_stored")
    int errorsStored;

    @Column(name = "rejected_characters")
    long rejectedCharacters;

    /** The token of the claim of the worker that processes it; null if none does. */
    @Nullable
    UUID lease;

    @Column(name = "failure_code")
    @Nullable
    String failureCode;

    @Column(name = "failure_detail")
    @Nullable
    String failureDetail;

    /** The columns of the file, without those that only explain a rejection; null until a worker has read them. */
    @Nullable
    List<String> header;

    @Column(name = "ignored_columns")
    @Nullable
    List<String> ignoredColumns;

    @Column(name = "created_at", insertable = false)
    Instant createdAt;

    @Column(name = "finished_at")
    @Nullable
    Instant finishedAt;

    /** An import that receives its file. */
    static ImportJob uploading(ImportId id, Uploads.ImportOptions options) {
        ImportJob job = new ImportJob();
        job.id = id.value();
        job.kind = options.kind();
        job.format = options.format();
        job.currency = options.currency();
        job.dryRun = options.dryRun();
        job.createLocations = options.createLocations();
        job.status = "uploading";
        return job;
    }

    /** Stores a kind as {@code products}, {@code stock}, {@code prices} or {@code tax-rates}. */
    @Converter
    static class KindConverter implements AttributeConverter<FileKind, String> {
        @Override
        public String convertToDatabaseColumn(FileKind kind) {
            return kind.toString();
        }

        @Override
        public FileKind convertToEntityAttribute(String column) {
            return FileKind.ofColumn(column);
        }
    }

    /** Stores a format as {@code shopify} or {@code fondaco}. */
    @Converter
    static class FormatConverter implements AttributeConverter<FileFormat, String> {
        @Override
        public String convertToDatabaseColumn(FileFormat format) {
            return format.toString();
        }

        @Override
        public FileFormat convertToEntityAttribute(String column) {
            return FileFormat.valueOf(column.toUpperCase(Locale.ROOT));
        }
    }
}
