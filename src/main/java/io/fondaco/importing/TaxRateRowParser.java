package io.fondaco.importing;

import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.InvalidCsvHeader;
import io.fondaco.platform.csv.TextSanitizer;
import io.fondaco.platform.web.DateTimeParser;
import io.fondaco.platform.web.Violation;
import io.fondaco.productfiles.RowError;
import io.fondaco.tax.TaxRateDraft;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the rows of a file of tax rates. Postal code patterns are separated by semicolons; times are RFC
 * 3339 date-times. What a rate may say is checked by {@code tax}.
 */
final class TaxRateRowParser {
    private static final String NAME = "name";
    private static final String COUNTRY = "country";
    private static final String REGION = "region";
    private static final String POSTAL_CODES = "postal_codes";
    private static final String CATEGORY = "category";
    private static final String RATE = "rate";
    private static final String COMPOUND = "compound";
    private static final String VALID_FROM = "valid_from";
    private static final String VALID_UNTIL = "valid_until";
    private static final String SEPARATOR = ";";

    static final List<String> HEADER =
            List.of(NAME, COUNTRY, REGION, POSTAL_CODES, CATEGORY, RATE, COMPOUND, VALID_FROM, VALID_UNTIL);

    private static final List<String> REQUIRED = List.of(NAME, COUNTRY, RATE);

    private final CsvHeader csvHeader;

    /**
     * @throws InvalidCsvHeader if a column is missing or unknown
     */
    TaxRateRowParser(CsvHeader csvHeader) {
        this.csvHeader = csvHeader;
        REQUIRED.forEach(column -> csvHeader.requirePosition(List.of(column)));
        for (String name : csvHeader.names()) {
            if (!name.isEmpty() && !HEADER.contains(name.toLowerCase(Locale.ROOT))) {
                throw new InvalidCsvHeader(
                        name, "A file of tax rates has no column '%s'.".formatted(Violation.abbreviate(name)));
            }
        }
    }

    /** A row that cannot be read. */
    static final class InvalidRow extends Exception {
        private final transient RowError error;

        private InvalidRow(RowError error) {
            super(error.detail());
            this.error = error;
        }

        RowError error() {
            return error;
        }
    }

    TaxRateDraft parse(CsvRow row) throws InvalidRow {
        requireReadable(row);
        String region = text(row, REGION);
        String category = text(row, CATEGORY);
        return new TaxRateDraft(
                requiredText(row, NAME),
                requiredText(row, COUNTRY).toUpperCase(Locale.ROOT),
                region.isEmpty() ? null : region,
                Arrays.stream(text(row, POSTAL_CODES).split(SEPARATOR, -1))
                        .map(String::strip)
                        .filter(pattern -> !pattern.isEmpty())
                        .toList(),
                category.isEmpty() ? null : category,
                requiredText(row, RATE),
                parseFlag(row),
                parseInstant(row, VALID_FROM),
                parseInstant(row, VALID_UNTIL));
    }

    /** Every cell with content has a column, and is valid text. */
    private void requireReadable(CsvRow row) throws InvalidRow {
        for (int position = 0; position < row.cells().size(); position++) {
            String cell = row.cells().get(position);
            if (csvHeader.isRejectionColumn(position)) {
                continue;
            }
            boolean named = position < csvHeader.size()
                    && !csvHeader.names().get(position).isEmpty();
            if (!named && !cell.isBlank()) {
                throw new InvalidRow(
                        RowError.of(row.number(), "", "wrong_column_count", "'%s' has no column in the header", cell));
            }
            if (named && !(TextSanitizer.isValidUtf8(cell) && TextSanitizer.isStorable(cell))) {
                throw new InvalidRow(RowError.of(
                        row.number(),
                        csvHeader.names().get(position),
                        "invalid_encoding",
                        "'%s' has characters that are not UTF-8 or cannot be stored",
                        cell));
            }
        }
    }

    /** The cell without surrounding blanks; empty if there is none. */
    private String text(CsvRow row, String column) {
        OptionalInt position = csvHeader.position(List.of(column));
        return position.isPresent() && position.getAsInt() < row.cells().size()
                ? TextSanitizer.strip(row.cells().get(position.getAsInt()))
                : "";
    }

    private String requiredText(CsvRow row, String column) throws InvalidRow {
        String text = text(row, column);
        if (text.isEmpty()) {
            throw invalidCell(row, column, "required", "The row has no %s", column);
        }
        return text;
    }

    private boolean parseFlag(CsvRow row) throws InvalidRow {
        String text = text(row, COMPOUND);
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "1" -> true;
            case "", "false", "no", "0" -> false;
            default -> throw invalidCell(row, COMPOUND, "invalid_boolean", "'%s' is neither true nor false", text);
        };
    }

    private @Nullable Instant parseInstant(CsvRow row, String column) throws InvalidRow {
        String text = text(row, column);
        if (text.isEmpty()) {
            return null;
        }
        try {
            return DateTimeParser.parseInstant(text);
        } catch (DateTimeException _) {
            throw invalidCell(
                    row,
                    column,
                    "invalid_date_time",
                    "'%s' is not an RFC 3339 date-time like 2021-01-01T00:00:00+01:00",
                    text);
        }
    }

    private InvalidRow invalidCell(CsvRow row, String column, String code, String template, String value) {
        return new InvalidRow(RowError.of(row.number(), csvHeader.columnName(List.of(column)), code, template, value));
    }

    /** The error of a row whose rate breaks a rule. */
    RowError errorOf(long row, Violation violation) {
        String field = violation.pointer().split("/", -1)[1];
        return new RowError(row, csvHeader.columnName(List.of(field)), violation.code(), violation.detail());
    }

    /** The cells of a rate, in the order of {@link #HEADER}. */
    static List<String> render(TaxRateDraft rate) {
        return List.of(
                rate.name(),
                rate.country(),
                Optional.ofNullable(rate.region()).orElse(""),
                String.join(SEPARATOR, Optional.ofNullable(rate.postalCodes()).orElse(List.of())),
                Optional.ofNullable(rate.category()).orElse(""),
                rate.rate(),
                Boolean.toString(Boolean.TRUE.equals(rate.compound())),
                Optional.ofNullable(rate.validFrom()).map(Instant::toString).orElse(""),
                Optional.ofNullable(rate.validUntil()).map(Instant::toString).orElse(""));
    }
}
