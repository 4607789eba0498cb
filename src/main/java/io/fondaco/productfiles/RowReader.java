package io.fondaco.productfiles;

import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.TextSanitizer;
import io.fondaco.platform.money.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the cells of one row by column; an invalid value becomes an {@link InvalidCell} whose detail has the value.
 */
public final class RowReader {
    static final int MAX_SKU_LENGTH = 255;
    private static final int MAX_NUMBER_LENGTH = 30;
    private static final Pattern DECORATED_PRICE =
            Pattern.compile("\\p{Sc}?\\s*([0-9]{1,3}(?:,[0-9]{3})+(?:\\.[0-9]+)?|[0-9]+(?:\\.[0-9]+)?)\\s*\\p{Sc}?");
    private static final Map<String, BigDecimal> GRAMS_BY_UNIT = Map.of(
            "g",
            BigDecimal.ONE,
            "kg",
            BigDecimal.valueOf(1000),
            "lb",
            new BigDecimal("453.59237"),
            "oz",
            new BigDecimal("28.349523125"));
    private static final BigDecimal MAX_GRAMS = BigDecimal.valueOf(1_000_000_000_000L);
    private static final long MAX_MILLIMETERS = 100_000_000;

    private final CsvHeader csvHeader;
    private final CsvRow row;

    RowReader(CsvHeader csvHeader, CsvRow row) {
        this.csvHeader = csvHeader;
        this.row = row;
    }

    /**
     * @throws InvalidCell if the row as a whole cannot be read
     */
    public static RowReader validated(CsvHeader csvHeader, CsvRow row) throws InvalidCell {
        RowReader reader = new RowReader(csvHeader, row);
        Optional<RowError> rowError = reader.rowError();
        if (rowError.isPresent()) {
            throw new InvalidCell(rowError.get());
        }
        return reader;
    }

    public long number() {
        return row.number();
    }

    /**
     * Checks whether the row as a whole can be read: every non-empty cell has a column, and every cell is valid text.
     * Spreadsheets omit empty cells at the end of a row and write empty ones beyond the header, so both are ignored.
     */
    Optional<RowError> rowError() {
        for (int position = 0; position < row.cells().size(); position++) {
            String cell = row.cells().get(position);
            if (csvHeader.isRejectionColumn(position)) {
                continue;
            }
            if (position >= csvHeader.size() || csvHeader.names().get(position).isEmpty()) {
                if (cell.isBlank()) {
                    continue;
                }
                return Optional.of(
                        position < csvHeader.size() ? cellInUnnamedColumn(position, cell) : cellBeyondHeader(cell));
            }
            if (!TextSanitizer.isValidUtf8(cell)) {
                return Optional.of(RowError.of(
                        row.number(), csvHeader.names().get(position), "invalid_encoding", "'%s' is not UTF-8", cell));
            }
            if (!TextSanitizer.isStorable(cell)) {
                return Optional.of(RowError.of(
                        row.number(),
                        csvHeader.names().get(position),
                        "invalid_character",
                        "'%s' has a character that cannot be stored",
                        cell));
            }
        }
        return Optional.empty();
    }

    private RowError cellInUnnamedColumn(int position, String cell) {
        return RowError.of(
                row.number(),
                "",
                "unnamed_column",
                "Column %d has no name in the header, but".formatted(position + 1) + " contains '%s'",
                cell);
    }

    private RowError cellBeyondHeader(String cell) {
        return RowError.of(
                row.number(),
                "",
                "wrong_column_count",
                "The row has %d cells, the header %d columns;"
                                .formatted(row.cells().size(), csvHeader.size())
                        + " '%s' has no column",
                cell);
    }

    /** The unchanged cell; null if the file has no such column. */
    @Nullable
    String text(List<String> column) {
        OptionalInt position = csvHeader.position(column);
        if (position.isEmpty()) {
            return null;
        }
        int index = position.getAsInt();
        return index < row.cells().size() ? row.cells().get(index) : "";
    }

    /** The cell without surrounding blanks; empty if there is no such column. */
    public String trimmedText(List<String> column) {
        String text = text(column);
        return text == null ? "" : text.strip();
    }

    /** The text of a cell with a number or a keyword: also without invisible blanks. */
    public String normalizedText(List<String> column) {
        return TextSanitizer.strip(trimmedText(column));
    }

    public boolean isEmpty(List<String> column) {
        return trimmedText(column).isEmpty();
    }

    public String sku(List<String> column) throws InvalidCell {
        String sku = trimmedText(column);
        if (sku.isEmpty()) {
            throw invalidCell(column, "missing_sku", "The row has no SKU%s", "");
        }
        return validateSku(column, sku);
    }

    String validateSku(List<String> column, String sku) throws InvalidCell {
        if (sku.length() > MAX_SKU_LENGTH || sku.chars().anyMatch(Character::isISOControl)) {
            throw invalidCell(
                    column, "invalid_sku", "'%s' is not a SKU: at most 255 characters, no control characters", sku);
        }
        return sku;
    }

    /** Null if the cell is empty or there is no such column. */
    @Nullable
    public Boolean flag(List<String> column) throws InvalidCell {
        String text = normalizedText(column);
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "" -> null;
            case "true", "yes", "1" -> Boolean.TRUE;
            case "false", "no", "0" -> Boolean.FALSE;
            default -> throw invalidCell(column, "invalid_boolean", "'%s' is neither true nor false", text);
        };
    }

    public Optional<Money> price(List<String> column, String currency) throws InvalidCell {
        String text = normalizedText(column);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            Money money = Money.parse(text, currency);
            if (money.amount() >= 0 && money.amount() <= Money.MAX_AMOUNT) {
                return Optional.of(money);
            }
        } catch (IllegalArgumentException _) {
            // Reported below, with the column.
        }
        throw invalidCell(
                column,
                "invalid_price",
                "'%s' is not a price in " + currency + correctedPriceHint(text, currency),
                text);
    }

    /** The corrected spelling of a price with a currency sign, thousands separators or too many digits. */
    private static String correctedPriceHint(String text, String currency) {
        Matcher decorated = DECORATED_PRICE.matcher(text);
        if (text.length() > MAX_NUMBER_LENGTH || !decorated.matches()) {
            return "";
        }
        BigDecimal plain = new BigDecimal(decorated.group(1).replace(",", ""));
        int digits = Money.of(0, currency).toDecimal().length() - 2;
        String written =
                plain.setScale(Math.max(0, digits), RoundingMode.HALF_UP).toPlainString();
        return written.equals(text) ? "" : "; write " + written;
    }

    /** Whole grams; a fraction is rounded half up. Null if the cell is empty or absent. */
    @Nullable
    Long grams(List<String> column) throws InvalidCell {
        String text = normalizedText(column);
        if (text.isEmpty()) {
            return null;
        }
        return grams(column, text, BigDecimal.ONE, "grams");
    }

    /** The weight in whole grams, converted from the unit in another column. Null if the cell is empty or absent. */
    @Nullable
    Long weight(List<String> column, List<String> unitColumn) throws InvalidCell {
        String text = normalizedText(column);
        if (text.isEmpty()) {
            return null;
        }
        String unit = trimmedText(unitColumn).toLowerCase(Locale.ROOT);
        BigDecimal factor = GRAMS_BY_UNIT.get(unit);
        if (factor == null) {
            throw invalidCell(unitColumn, "invalid_weight_unit", "'%s' is none of kg, g, lb, oz", unit);
        }
        return grams(column, text, factor, unit);
    }

    private Long grams(List<String> column, String text, BigDecimal factor, String unit) throws InvalidCell {
        Optional<BigDecimal> grams = decimal(text)
                .map(factor::multiply)
                .map(exact -> exact.setScale(0, RoundingMode.HALF_UP))
                .filter(rounded -> rounded.signum() >= 0 && rounded.compareTo(MAX_GRAMS) <= 0);
        if (grams.isEmpty()) {
            throw invalidCell(column, "invalid_weight", "'%s' is not a weight in " + unit, text);
        }
        return grams.get().longValueExact();
    }

    /** Whole millimeters; 0 if the cell is empty, because the length is not known. Null if the cell is absent. */
    @Nullable
    Integer millimeters(List<String> column) throws InvalidCell {
        if (text(column) == null) {
            return null;
        }
        return Math.toIntExact(
                wholeNumber(column, "invalid_length", 0, MAX_MILLIMETERS).orElse(0L));
    }

    /** A whole number of units within the bounds; empty if the cell is empty or absent. */
    public Optional<Long> units(List<String> column, long min, long max) throws InvalidCell {
        return wholeNumber(column, "invalid_quantity", min, max);
    }

    private Optional<Long> wholeNumber(List<String> column, String code, long min, long max) throws InvalidCell {
        String text = normalizedText(column);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<Long> number = decimal(text)
                .filter(exact -> exact.stripTrailingZeros().scale() <= 0)
                .filter(whole ->
                        whole.compareTo(BigDecimal.valueOf(min)) >= 0 && whole.compareTo(BigDecimal.valueOf(max)) <= 0)
                .map(BigDecimal::longValueExact);
        if (number.isEmpty()) {
            throw invalidCell(column, code, "'%s' is not a whole number from " + min + " to " + max, text);
        }
        return number;
    }

    private static Optional<BigDecimal> decimal(String text) {
        if (text.length() > MAX_NUMBER_LENGTH || !text.matches("-?[0-9]+(\\.[0-9]+)?")) {
            return Optional.empty();
        }
        return Optional.of(new BigDecimal(text));
    }

    /**
     * @param template with one {@code %s} for the value
     */
    public InvalidCell invalidCell(List<String> column, String code, String template, String value) {
        return new InvalidCell(RowError.of(row.number(), csvHeader.columnName(column), code, template, value));
    }
}
