package io.fondaco.productfiles;

import io.fondaco.platform.csv.TextSanitizer;
import io.fondaco.platform.web.Violation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Why a row was rejected, or a warning about an applied row.
 *
 * @param column as the file names it; empty if the row as a whole is meant
 * @param code stable, for programs
 * @param detail for people, with the offending value
 */
@Schema(name = "ImportRowError", description = "Why a row of the file was rejected, or a warning about an applied row.")
public record RowError(
        @Schema(description = "The row number as a spreadsheet shows it: the header is row 1.", examples = "17")
        long row,

        @Schema(
                description = "The column as the file names it; empty if the row as a whole is meant.",
                examples = "Variant Price")
        String column,

        @Schema(examples = "invalid_price") String code,
        @Schema(examples = "'12,50' is not a price in EUR") String detail) {
    private static final int MAX_COLUMN_LENGTH = 200;
    private static final int MAX_DETAIL_LENGTH = 500;

    public RowError {
        column = cut(column, MAX_COLUMN_LENGTH);
        detail = cut(detail, MAX_DETAIL_LENGTH);
    }

    /**
     * Inserts the shortened value into the detail: {@code of(3, "sku", "invalid_sku", "'%s' is not a SKU", value)}.
     */
    public static RowError of(long row, String column, String code, String template, String value) {
        return new RowError(row, column, code, template.formatted(Violation.abbreviate(value)));
    }

    /** Shortens the text and removes NUL characters and unpaired surrogates, which the database cannot store. */
    private static String cut(String text, int length) {
        String shortened = text.length() <= length ? text : text.substring(0, length) + "…";
        return TextSanitizer.toStorable(shortened);
    }
}
