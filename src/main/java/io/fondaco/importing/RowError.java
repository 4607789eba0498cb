package io.fondaco.importing;

import io.fondaco.platform.csv.TextSanitizer;
import io.fondaco.platform.web.Violation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Why a row was refused.
 *
 * @param column as the file names it; empty when it is the row as a whole
 * @param code stable, for programs
 * @param detail for people, with the offending value
 */
@Schema(name = "ImportRowError", description = "Why a row of the file was refused.")
record RowError(
        @Schema(description = "As a spreadsheet numbers it: the header is row 1.", examples = "17")
        long row,

        @Schema(
                description = "As the file names it; empty when the row as a whole is wrong.",
                examples = "Variant Price")
        String column,

        @Schema(examples = "invalid_price") String code,
        @Schema(examples = "'12,50' is not a price in EUR") String detail) {
    private static final int MAX_COLUMN_LENGTH = 200;
    private static final int MAX_DETAIL_LENGTH = 500;

    RowError {
        column = cut(column, MAX_COLUMN_LENGTH);
        detail = cut(detail, MAX_DETAIL_LENGTH);
    }

    /** The detail with the value in it, shortened: {@code of(3, "sku", "invalid_sku", "'%s' is not a SKU", value)}. */
    static RowError of(long row, String column, String code, String template, String value) {
        return new RowError(row, column, code, template.formatted(Violation.abbreviate(value)));
    }

    /** The database keeps neither NUL characters nor halves of a surrogate pair. */
    private static String cut(String text, int length) {
        String shortened = text.length() <= length ? text : text.substring(0, length) + "…";
        return TextSanitizer.toStorable(shortened);
    }
}
