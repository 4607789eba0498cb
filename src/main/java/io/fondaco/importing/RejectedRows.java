package io.fondaco.importing;

import static io.fondaco.productfiles.FondacoProductRenderer.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.importing.ImportStatements.RejectedRow;
import io.fondaco.importing.ImportStatements.StoredCells;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.CsvRowWriter;
import io.fondaco.platform.csv.FormulaEscaping;
import io.fondaco.platform.csv.TextSanitizer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.Session;
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

    private final Session session;
    private final ImportStatements statements;

    RejectedRows(Session session, ImportStatements statements) {
        this.session = session;
        this.statements = statements;
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

    private record StoredAmounts(int errorsStored, long rejectedCharacters) {}

    /** Characters that may still be kept; 0 once the number of reasons has reached its limit. */
    private long remainingCharacters(ImportLease importLease) {
        StoredAmounts stored = session.createSelectionQuery(
                        "select errorsStored, rejectedCharacters from ImportJob where id = :id", StoredAmounts.class)
                .setParameter("id", importLease.id().value())
                .getSingleResult();
        return stored.errorsStored() < MAX_ERRORS ? MAX_CHARACTERS - stored.rejectedCharacters() : 0;
    }

    private void insert(ImportLease importLease, CsvHeader csvHeader, List<CsvRow> rows, long size) {
        statements.insertRejectedRows(
                importLease.id(),
                rows.stream()
                        .map(row -> new StoredCells(row.number(), json(csvHeader.withoutRejectionColumns(row.cells()))))
                        .toList());
        session.createMutationQuery(
                        "update ImportJob set rejectedCharacters = rejectedCharacters + :size where id = :id")
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
            List<RejectedRow> page = statements.listRejectedRows(id, after, ROWS_PER_STATEMENT);
            while (!page.isEmpty()) {
                for (RejectedRow row : page) {
                    after = row.row();
                    writer.writeRow(csvRow(reasons(row), parseCells(row.cells())));
                }
                page = page.size() < ROWS_PER_STATEMENT
                        ? List.of()
                        : statements.listRejectedRows(id, after, ROWS_PER_STATEMENT);
            }
        }
    }

    private static List<String> reasons(RejectedRow row) {
        String column = row.column();
        String detail = row.detail();
        return List.of(
                Long.toString(row.row()),
                text(row.code()),
                column == null || column.isEmpty() ? text(detail) : column + ": " + detail);
    }

    private List<String> header(ImportId id) {
        List<?> header = session.createSelectionQuery("select header from ImportJob where id = :id", List.class)
                .setParameter("id", id.value())
                .getSingleResultOrNull();
        return header == null
                ? List.of()
                : header.stream().map(String.class::cast).toList();
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
    private static List<String> parseCells(@Nullable String json) {
        try {
            return json == null ? List.of() : List.of(JSON.readValue(json, String[].class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The stored cells are not a JSON array of texts", e);
        }
    }
}
