package io.fondaco.importing;

import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.InvalidCsvHeader;
import io.fondaco.platform.web.DateTimeParser;
import io.fondaco.platform.web.Violation;
import io.fondaco.productfiles.InvalidCell;
import io.fondaco.productfiles.RowError;
import io.fondaco.productfiles.RowReader;
import io.fondaco.tax.TaxRateDraft;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
        csvHeader.requireOnly(HEADER, "A file of tax rates");
    }

    TaxRateDraft parse(CsvRow cells) throws InvalidCell {
        RowReader row = RowReader.validated(csvHeader, cells);
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
                Boolean.TRUE.equals(row.flag(List.of(COMPOUND))),
                parseInstant(row, VALID_FROM),
                parseInstant(row, VALID_UNTIL));
    }

    /** The cell without surrounding blanks; empty if there is none. */
    private static String text(RowReader row, String column) {
        return row.normalizedText(List.of(column));
    }

    private static String requiredText(RowReader row, String column) throws InvalidCell {
        String text = text(row, column);
        if (text.isEmpty()) {
            throw row.invalidCell(List.of(column), "required", "The row has no %s", column);
        }
        return text;
    }

    private static @Nullable Instant parseInstant(RowReader row, String column) throws InvalidCell {
        String text = text(row, column);
        if (text.isEmpty()) {
            return null;
        }
        try {
            return DateTimeParser.parseInstant(text);
        } catch (DateTimeException _) {
            throw row.invalidCell(
                    List.of(column),
                    "invalid_date_time",
                    "'%s' is not an RFC 3339 date-time like 2021-01-01T00:00:00+01:00",
                    text);
        }
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
