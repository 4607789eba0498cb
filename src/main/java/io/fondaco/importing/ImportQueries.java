package io.fondaco.importing;

import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.productfiles.FileFormat;
import io.fondaco.productfiles.RowError;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the state of imports. An incomplete upload is not an import yet. */
@ApplicationScoped
class ImportQueries {
    private static final String SORT = "-created_at";
    private static final String ERROR_SORT = "row";
    private static final String COLUMNS = """
            SELECT id, kind, format, currency, dry_run, status, created, updated, unchanged, rejected, warnings, failure_code,
                   failure_detail, created_at, finished_at, cast(to_json(ignored_columns) AS text) AS ignored_columns
              FROM importing.import
            """;

    private final EntityManager entities;

    ImportQueries(EntityManager entities) {
        this.entities = entities;
    }

    /** One statement. */
    Optional<Import> find(ImportId id) {
        Query query = entities.createNativeQuery(COLUMNS + " WHERE id = :id AND status <> 'uploading'", Tuple.class)
                .setParameter("id", id.value());
        return rows(query).stream().findFirst().map(ImportQueries::of);
    }

    /** Newest first. One statement. */
    Page<Import> list(Set<FileKind> kinds, int limit, @Nullable String cursor) {
        Optional<PageCursor> after = PageCursor.decode(cursor, SORT, 2);
        String where = after.isPresent() ? " AND (created_at, id) < (:createdAt, :id)" : "";
        var query = entities.createNativeQuery(
                        COLUMNS + " WHERE status <> 'uploading' AND kind = ANY (cast(:kinds AS text[]))" + where
                                + " ORDER BY created_at DESC, id DESC LIMIT :limit",
                        Tuple.class)
                .setParameter("kinds", kinds.stream().map(FileKind::toString).toArray(String[]::new))
                .setParameter("limit", limit + 1);
        if (after.isPresent()) {
            query.setParameter("createdAt", instant(after.get().keys().get(0)))
                    .setParameter("id", uuid(after.get().keys().get(1)));
        }
        List<Import> rows = rows(query).stream().map(ImportQueries::of).toList();
        return Page.fromRows(
                rows,
                limit,
                last -> PageCursor.of(
                        SORT, last.createdAt().toString(), last.id().value().toString()));
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
        var query = entities.createNativeQuery("""
                        SELECT row, "column", code, detail FROM importing.row_error
                         WHERE import_id = :id AND row > :after AND warning = :warning ORDER BY row LIMIT :limit
                        """, Tuple.class)
                .setParameter("id", id.value())
                .setParameter("after", after)
                .setParameter("warning", warnings)
                .setParameter("limit", limit + 1);
        List<RowError> rows = rows(query).stream()
                .map(row -> new RowError(
                        row.get("row", Number.class).longValue(),
                        row.get("column", String.class),
                        row.get("code", String.class),
                        row.get("detail", String.class)))
                .toList();
        return Page.fromRows(rows, limit, last -> PageCursor.of(ERROR_SORT, Long.toString(last.row())));
    }

    private static List<Tuple> rows(Query query) {
        return ((List<?>) query.getResultList())
                .stream().map(row -> (Tuple) row).toList();
    }

    private static Import of(Tuple row) {
        ImportId id = new ImportId(row.get("id", UUID.class));
        String failure = row.get("failure_code", String.class);
        FileFormat format = FileFormat.valueOf(row.get("format", String.class).toUpperCase(Locale.ROOT));
        FileKind kind = FileKind.valueOf(row.get("kind", String.class).toUpperCase(Locale.ROOT));
        return new Import(
                id,
                kind,
                format,
                kind.hasCurrency(format) ? row.get("currency", String.class) : null,
                row.get("dry_run", Boolean.class),
                row.get("status", String.class),
                new RowCounts(
                        row.get("created", Number.class).longValue(),
                        row.get("updated", Number.class).longValue(),
                        row.get("unchanged", Number.class).longValue(),
                        row.get("rejected", Number.class).longValue()),
                "/admin/v1/imports/" + id + "/errors",
                row.get("warnings", Number.class).longValue(),
                "/admin/v1/imports/" + id + "/warnings",
                RejectedRows.parseCells(row.get("ignored_columns", String.class)),
                row.get("created_at", Instant.class),
                row.get("finished_at", Instant.class),
                failure == null ? null : new Import.Failure(failure, row.get("failure_detail", String.class)));
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
