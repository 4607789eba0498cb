package io.fondaco.importing;

import static io.fondaco.importing.FondacoProductRenderer.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.CsvRowWriter;
import io.fondaco.platform.csv.FormulaEscaping;
import io.fondaco.platform.csv.TextSanitizer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refused rows as a file that can be mended and imported: their own cells behind the reasons. The rows of a product
 * speak together (a product has the pictures that all of them name), so all rows of a product stand in it if one was
 * refused; those that went in have no reason. The cells of an import are kept within a bound; a row beyond it stands in
 * the file with its reason alone, and an import passes over such a row.
 */
@ApplicationScoped
class RejectedRows {
    /** A longer row is not kept. */
    static final long MAX_ROW_CHARACTERS = 64L << 10;

    private static final int ROWS_PER_STATEMENT = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final EntityManager entities;
    private final ImportingSettings settings;

    RejectedRows(EntityManager entities, ImportingSettings settings) {
        this.entities = entities;
        this.settings = settings;
    }

    /**
     * Keeps the cells of refused rows, in the transaction of their batch and before {@link ImportJobRepository#record}. Three
     * statements where a row was refused, else none.
     *
     * @param groups rows of the batch; those of a product are one group
     */
    @Transactional(Transactional.TxType.MANDATORY)
    void save(ImportLease importLease, CsvHeader csvHeader, BatchResult batchResult, List<List<CsvRow>> groups) {
        Set<Long> refused = new HashSet<>();
        batchResult.errors().forEach(error -> refused.add(error.row()));
        if (refused.isEmpty()) {
            return;
        }
        long left = remainingCharacters(importLease);
        List<CsvRow> kept = new ArrayList<>();
        long size = 0;
        for (List<CsvRow> group : groups) {
            long groupSize = group.stream().mapToLong(CsvRow::size).sum();
            boolean wanted = group.stream().anyMatch(row -> refused.contains(row.number()));
            boolean fits = group.stream().allMatch(row -> row.size() <= MAX_ROW_CHARACTERS);
            if (wanted && fits && size + groupSize <= left) {
                kept.addAll(group);
                size += groupSize;
            }
        }
        if (!kept.isEmpty()) {
            insert(importLease, csvHeader, kept, size);
        }
    }

    /** Characters that may still be kept; none once the number of reasons has reached its bound. */
    private long remainingCharacters(ImportLease importLease) {
        return ((Number) entities.createNativeQuery("""
                        SELECT CASE WHEN errors_stored < :maxErrors THEN :maxCharacters - rejected_characters ELSE 0 END
                          FROM importing.import WHERE id = :id
                        """)
                        .setParameter("maxErrors", settings.maxErrors())
                        .setParameter("maxCharacters", settings.maxRefusedCharacters())
                        .setParameter("id", importLease.id().value())
                        .getSingleResult())
                .longValue();
    }

    private void insert(ImportLease importLease, CsvHeader csvHeader, List<CsvRow> rows, long size) {
        entities.createNativeQuery("""
                        INSERT INTO importing.rejected_row (import_id, row, cells)
                        SELECT cast(:id AS uuid), row, cast(cells AS json)
                          FROM unnest(cast(:rows AS bigint[]), cast(:cells AS text[])) AS refused (row, cells)
                        """)
                .setParameter("id", importLease.id().value())
                .setParameter("rows", rows.stream().map(CsvRow::number).toArray(Long[]::new))
                .setParameter(
                        "cells",
                        rows.stream()
                                .map(row -> json(csvHeader.withoutRejectionColumns(row.cells())))
                                .toArray(String[]::new))
                .executeUpdate();
        entities.createNativeQuery("""
                        UPDATE importing.import SET rejected_characters = rejected_characters + :size WHERE id = :id
                        """)
                .setParameter("size", size)
                .setParameter("id", importLease.id().value())
                .executeUpdate();
    }

    /** The file, a page of rows in memory at a time. */
    void writeCsv(ImportId id, OutputStream output) throws IOException {
        List<String> header = header(id);
        try (CsvRowWriter lines = CsvRowWriter.to(output, FormulaEscaping.PLAIN)) {
            lines.writeRow(csvRow(CsvHeader.REJECTION_COLUMNS, header));
            long after = 0;
            List<Tuple> page = page(id, after);
            while (!page.isEmpty()) {
                for (Tuple row : page) {
                    after = row.get("row", Number.class).longValue();
                    lines.writeRow(csvRow(reasons(row), parseCells(row.get("cells", String.class))));
                }
                page = page.size() < ROWS_PER_STATEMENT ? List.of() : page(id, after);
            }
        }
    }

    private static List<String> reasons(Tuple row) {
        String column = row.get("column", String.class);
        String detail = row.get("detail", String.class);
        return List.of(
                row.get("row", Number.class).toString(),
                text(row.get("code", String.class)),
                column == null || column.isEmpty() ? text(detail) : column + ": " + detail);
    }

    private List<String> header(ImportId id) {
        String header = (String) entities.createNativeQuery(
                        "SELECT cast(to_json(header) AS text) FROM importing.import WHERE id = :id", String.class)
                .setParameter("id", id.value())
                .getSingleResult();
        return parseCells(header);
    }

    private List<Tuple> page(ImportId id, long after) {
        List<?> rows = entities.createNativeQuery("""
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
                        """, Tuple.class)
                .setParameter("id", id.value())
                .setParameter("after", after)
                .setParameter("limit", ROWS_PER_STATEMENT)
                .getResultList();
        return rows.stream().map(row -> (Tuple) row).toList();
    }

    private static List<String> csvRow(List<String> reasons, List<String> cells) {
        List<String> line = new ArrayList<>(reasons);
        line.addAll(cells);
        return line;
    }

    private static String json(List<String> cells) {
        try {
            return JSON.writeValueAsString(
                    cells.stream().map(TextSanitizer::toStorable).toList());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A list of text is always JSON", e);
        }
    }

    /** A JSON array of text; of null nothing. */
    static List<String> parseCells(@Nullable String json) {
        try {
            return json == null ? List.of() : List.of(JSON.readValue(json, String[].class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cells are kept as a JSON array of text", e);
        }
    }
}
