package io.fondaco.importing;

import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.productfiles.FileFormat;
import io.fondaco.productfiles.RowError;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * Reads the state of imports. An incomplete upload is not an import yet. Every read is a projection: a managed entity
 * would hide what {@link ImportStatements} or another transaction has written meanwhile.
 */
@ApplicationScoped
class ImportQueries implements PanacheRepositoryBase<ImportJob, UUID> {
    private static final String SORT = "-created_at";
    private static final String ERROR_SORT = "row";
    private static final String SELECT = """
            select id, kind, format, currency, dryRun, status, created, updated, unchanged, rejected, warnings,
                   ignoredColumns, createdAt, finishedAt, failureCode, failureDetail
              from ImportJob where status <> 'uploading' and\s""";

    private record ImportRow(
            UUID id,
            FileKind kind,
            FileFormat format,
            String currency,
            boolean dryRun,
            String status,
            long created,
            long updated,
            long unchanged,
            long rejected,
            long warnings,
            @Nullable List<String> ignoredColumns,
            Instant createdAt,
            @Nullable Instant finishedAt,
            @Nullable String failureCode,
            @Nullable String failureDetail) {

        private Import toImport() {
            ImportId importId = new ImportId(id);
            return new Import(
                    importId,
                    kind,
                    format,
                    kind.hasCurrency(format) ? currency : null,
                    dryRun,
                    status,
                    new RowCounts(created, updated, unchanged, rejected),
                    "/admin/v1/imports/" + importId + "/errors",
                    warnings,
                    "/admin/v1/imports/" + importId + "/warnings",
                    ignoredColumns == null ? List.of() : ignoredColumns,
                    createdAt,
                    finishedAt,
                    failureCode == null || failureDetail == null
                            ? null
                            : new Import.Failure(failureCode, failureDetail));
        }
    }

    /** A stored error or warning of a row. {@link ImportStatements} inserts them in sets. */
    @Entity(name = "ImportRowError")
    @IdClass(ImportRowErrorId.class)
    @Immutable
    @Table(schema = "importing", name = "row_error")
    static class ImportRowError {
        @Id
        @Column(name = "import_id")
        UUID importId;

        @Id
        @Column(name = "row")
        long rowNumber;

        @Column(name = "\"column\"")
        String columnName;

        String code;

        String detail;

        boolean warning;
    }

    record ImportRowErrorId(UUID importId, long rowNumber) {}

    /** One statement. */
    Optional<Import> find(ImportId id) {
        return find(SELECT + "id = :id", Map.of("id", id.value()))
                .project(ImportRow.class)
                .singleResultOptional()
                .map(ImportRow::toImport);
    }

    /** Newest first. One statement. */
    Page<Import> list(Set<FileKind> kinds, int limit, @Nullable String cursor) {
        Optional<PageCursor> after = PageCursor.decode(cursor, SORT, 2);
        String condition = "kind in :kinds";
        Map<String, Object> parameters = new HashMap<>(Map.of("kinds", kinds));
        if (after.isPresent()) {
            condition += " and (createdAt, id) < (:createdAt, :id)";
            parameters.put("createdAt", instant(after.get().keys().get(0)));
            parameters.put("id", uuid(after.get().keys().get(1)));
        }
        List<Import> rows = find(SELECT + condition + " order by createdAt desc, id desc", parameters)
                .project(ImportRow.class)
                .range(0, limit)
                .list()
                .stream()
                .map(ImportRow::toImport)
                .toList();
        return Page.fromRows(
                rows,
                limit,
                last -> PageCursor.of(
                        SORT, last.createdAt().toString(), last.id().value().toString()));
    }

    /** The number of imports whose names begin with this. */
    long countNamed(String prefix) {
        return count("left(name, length(:prefix)) = :prefix", Map.of("prefix", prefix));
    }

    /** The number of imports whose names begin with this and that have ended. */
    long countFinished(String prefix) {
        return count("left(name, length(:prefix)) = :prefix and finishedAt is not null", Map.of("prefix", prefix));
    }

    /** Rejected rows in file order. One statement. */
    Page<RowError> errors(ImportId id, int limit, @Nullable String cursor) {
        return rowErrors(id, false, limit, cursor);
    }

    /** Warnings about applied rows, in file order. One statement. */
    Page<RowError> warnings(ImportId id, int limit, @Nullable String cursor) {
        return rowErrors(id, true, limit, cursor);
    }

    private Page<RowError> rowErrors(ImportId id, boolean warnings, int limit, @Nullable String cursor) {
        long after = PageCursor.decode(cursor, ERROR_SORT, 1)
                .map(found -> number(found.keys().getFirst()))
                .orElse(0L);
        List<RowError> rows = getSession()
                .createSelectionQuery("""
                        select rowNumber, columnName, code, detail from ImportRowError
                         where importId = :id and rowNumber > :after and warning = :warning order by rowNumber
                        """, RowError.class)
                .setParameter("id", id.value())
                .setParameter("after", after)
                .setParameter("warning", warnings)
                .setMaxResults(limit + 1)
                .getResultList();
        return Page.fromRows(rows, limit, last -> PageCursor.of(ERROR_SORT, Long.toString(last.row())));
    }

    private static Instant instant(String key) {
        try {
            return Instant.parse(key);
        } catch (DateTimeParseException _) {
            throw PageCursor.invalidCursor();
        }
    }

    private static UUID uuid(String key) {
        try {
            return UUID.fromString(key);
        } catch (IllegalArgumentException _) {
            throw PageCursor.invalidCursor();
        }
    }

    private static long number(String key) {
        try {
            return Long.parseLong(key);
        } catch (NumberFormatException _) {
            throw PageCursor.invalidCursor();
        }
    }
}
