package io.fondaco.importing;

import static io.fondaco.productfiles.FondacoProductRenderer.text;

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
 * Keeps the cells of rejected rows and writes them as a file that can be corrected and imported again: the reasons,
 * then the row's own cells. The rows of a product belong together (a product has the images of all its rows), so the
 * file has all rows of a product if one of them was rejected; applied rows have no reason. The cells per import are
 * limited; a row beyond the limit has only its reason, and an import skips such a row.
 */
@ApplicationScoped
class RejectedRows {
    /** A longer row is not kept. */
    static final long MAX_ROW_CHARACTERS = 64L << 10;

    /** Rejected rows and warnings per import that are kept with their reason; further ones are only counted. */
    static final int MAX_ERRORS = 10_000;

    /** Characters of rejected rows per import that are kept for the download. */
    private static final long MAX_CHARACTERS = 32L << 20;

    private static final int ROWS_PER_STATEMENT = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final EntityManager entities;

    RejectedRows(EntityManager entities) {
        this.entities = entities;
    }

    /**
     * Saves the cells of rejected rows, in the transaction of their batch and before {@link
     * ImportJobRepository#record}. At most three statements if a row was rejected, none otherwise.
     *
     * @param groups the rows of the batch; the rows of one product are one group
     */
    @Transactional(Transactional.TxType.MANDATORY)
    void save(ImportLease importLease, CsvHeader csvHeader, BatchResult batchResult, List<List<CsvRow>> groups) {
        Set<Long> rejectedNumbers = new HashSet<>();
        batchResult.errors().forEach(error -> rejectedNumbers.add(error.row()));
        if (rejectedNumbers.isEmpty()) {
            return;
        }
        long remaining = remainingCharacters(importLease);
        List<CsvRow> keptRows = new ArrayList<>();
        long keptCharacters = 0;
        for (List<CsvRow> group : groups) {
            long groupSize = group.stream().mapToLong(CsvRow::size).sum();
            boolean hasRejectedRow = group.stream().anyMatch(row -> rejectedNumbers.contains(row.number()));
            boolean fits = group.stream().allMatch(row -> row.size() <= MAX_ROW_CHARACTERS);
            if (hasRejectedRow && fits && keptCharacters + groupSize <= remaining) {
                keptRows.addAll(group);
                keptCharacters += groupSize;
            }
        }
        if (!keptRows.isEmpty()) {
            insert(importLease, csvHeader, keptRows, keptCharacters);
        }
    }

    /** Characters that may still be kept; 0 once the number of reasons has reached its limit. */
    private long remainingCharacters(ImportLease importLease) {
        return ((Number) entities.createNativeQuery("""
                        SELECT CASE WHEN errors_stored < :maxErrors THEN :maxCharacters - rejected_characters ELSE 0 END
                          FROM importing.import WHERE id = :id
                        """)
                        .setParameter("maxErrors", MAX_ERRORS)
                        .setParameter("maxCharacters", MAX_CHARACTERS)
                        .setParameter("id", importLease.id().value())
                        .getSingleResult())
                .longValue();
    }

    private void insert(ImportLease importLease, CsvHeader csvHeader, List<CsvRow> rows, long size) {
        entities.createNativeQuery("""
                        INSERT INTO importing.rejected_row (import_id, row, cells)
                        SELECT cast(:id AS uuid), row, cast(cells AS json)
                          FROM unnest(cast(:rows AS bigint[]), cast(:cells AS text[])) AS rejected (row, cells)
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

    /** Writes the file, with one page of rows in memory at a time. */
    void writeCsv(ImportId id, OutputStream output) throws IOException {
        List<String> header = header(id);
        try (CsvRowWriter writer = CsvRowWriter.to(output, FormulaEscaping.PLAIN)) {
            writer.writeRow(csvRow(CsvHeader.REJECTION_COLUMNS, header));
            long after = 0;
            List<Tuple> page = page(id, after);
            while (!page.isEmpty()) {
                for (Tuple row : page) {
                    after = row.get("row", Number.class).longValue();
                    writer.writeRow(csvRow(reasons(row), parseCells(row.get("cells", String.class))));
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
        List<String> row = new ArrayList<>(reasons);
        row.addAll(cells);
        return row;
    }

    private static String json(List<String> cells) {
        try {
            return JSON.writeValueAsString(
                    cells.stream().map(TextSanitizer::toStorable).toList());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write a list of texts as JSON", e);
        }
    }

    /** Parses a JSON array of texts; null gives an empty list. */
    static List<String> parseCells(@Nullable String json) {
        try {
            return json == null ? List.of() : List.of(JSON.readValue(json, String[].class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The stored cells are not a JSON array of texts", e);
        }
    }
}
